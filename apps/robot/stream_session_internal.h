#pragma once
#include <functional>
#include <string>

#include "apps/command_line/live_line.h"
#include "robots/link/policy_client.h"

namespace sinew {

/// A session of `sinew stream` at the terminal: arms, asks, shows, stops.
class StreamSession {
 public:
  struct Options {
    bool arm = false;           // at once; else whoever types it
    bool acknowledge = false;   // before that, a stop that is latched, but no emergency stop
    bool shadow = false;        // never
    bool has_keyboard = false;  // somebody can be asked
    double patience = 2;  // s without a word of the robot, then it is over: where nobody can be asked, or it has an end
    double seconds = 0;   // until it ends; 0: until a signal asks for that
    std::function<void(const std::string&)> tell;  // what happens, for whoever watches and for the recording
    std::function<void()> check;                   // throws what went wrong beside the client; empty: nothing can
  };
  StreamSession(PolicyClient& client, LiveLine& line, Options options);

  /// Returns when it is over, the robot being stopped: a signal, the time, or, where nobody can be asked, a robot that
  /// stopped, could not be armed, or whose task has ended.
  void run();
  double seconds() const;
  /// Why it is over, where that is no success.
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
  // wants_to_arm: the robot is not asked yet. may_acknowledge: somebody knows that it is stopped.
  bool wants_to_arm_ = false, may_acknowledge_ = false, acknowledged_ = false;
  double begun_ = 0, heard_at_ = 0, asked_at_ = 0, shown_at_ = 0;  // s; asked_at: 0: it is armed, or need not be
  uint64_t shown_count_ = 0;
  Mode mode_ = Mode::unconfigured;
  bool is_done_ = false;  // the task has ended, and nobody is there to go on
  std::string failure_;
};

}  // namespace sinew
