#pragma once
#include <functional>
#include <string>

#include "apps/command_line/live_line.h"
#include "robots/link/policy_client.h"

namespace sinew {

/// A session of `sinew stream` at the terminal: arms the robot, prompts the user, shows the status, stops the robot.
class StreamSession {
 public:
  struct Options {
    bool arm = false;           // immediately; else when the user types it
    bool acknowledge = false;   // before arming, a latched stop, but no emergency stop
    bool shadow = false;        // never arms
    bool has_keyboard = false;  // a user can be prompted
    double patience = 2;  // s without a message from the robot until it ends: without a keyboard, or with a time limit
    double seconds = 0;   // duration; 0: until a signal requests the end
    std::function<void(const std::string&)> tell;  // reports events to the user and to the recording
    std::function<void()> check;                   // throws errors from outside the client; empty: none possible
  };
  StreamSession(PolicyClient& client, LiveLine& line, Options options);

  /// Returns when the session is over and the robot is stopped: after a signal, after the time limit, or, without a
  /// keyboard, when the robot stopped, could not be armed, or its task has ended.
  void run();
  double seconds() const;
  /// Why the session ended, if it failed.
  const std::string& failure() const { return failure_; }

 private:
  bool is_over() const;
  void want_to_arm(bool acknowledge);
  void heed(const std::string& typed);
  void watch_robot();
  bool waits_for_robot() const;
  void arm_if_possible(Mode mode);
  void refuse_to_arm();
  void note_change(Mode before, Mode now);
  std::string reason() const;
  void ask_again(const std::string& why, const std::string& advice = "");
  void show();
  void end();

  PolicyClient& client_;
  LiveLine& line_;
  Options options_;
  // wants_to_arm: arming was requested but not yet sent to the robot. may_acknowledge: the user knows that the robot is
  // stopped.
  bool wants_to_arm_ = false, may_acknowledge_ = false, acknowledged_ = false;
  double begun_ = 0, heard_at_ = 0, asked_at_ = 0, shown_at_ = 0;  // s; asked_at 0: armed, or not to be armed
  uint64_t shown_count_ = 0;
  Mode mode_ = Mode::unconfigured;
  bool is_done_ = false;  // the task has ended, and there is no user to continue
  std::string failure_;
};

}  // namespace sinew
