#pragma once
#include <functional>
#include <optional>
#include <string>

#include "robots/check/link_check.h"
#include "robots/check/link_probe.h"

namespace sinew {

/// The duties of a robot, each tested by sending messages that comply or violate. A test returns what is wrong, or
/// throws it as an Error if it cannot even begin; "": the duty is kept.
class RobotCheck {
 public:
  RobotCheck(const RobotConfig& config, const LinkCheckOptions& options);

  // The handshake: robots/check/link_check_handshake.cpp.
  std::string welcomes();
  std::string is_what_its_file_says();
  std::string refuses_other_versions();
  std::string refuses_other_limits();
  std::string refuses_other_actions();
  std::string refuses_other_times();
  std::string refuses_other_sensors();
  std::string obeys_one_controller();
  std::string lets_a_silent_controller_go();
  // What it sends: robots/check/link_check_observation.cpp.
  std::string observes_at_its_rate();
  std::string counts_and_stamps();
  std::string says_what_was_announced();
  std::string answers_heartbeats();
  std::string survives_rubbish();
  // What it obeys: robots/check/link_check_action.cpp.
  std::string obeys();
  std::string refuses_what_is_not_finite();
  std::string refuses_other_sizes();
  std::string refuses_other_sessions();
  std::string refuses_what_is_repeated();
  std::string refuses_what_is_late();
  std::string refuses_other_stamps();
  std::string limits();
  // When it stops: robots/check/link_check_stop.cpp.
  std::string stops_by_its_watchdog();
  std::string stays_stopped();
  std::string takes_no_session_twice();
  std::string stops_when_told_to();
  std::string stops_at_a_greeting();
  std::string stops_in_silence();
  std::string has_an_emergency_stop();
  std::string keeps_its_emergency_stop();
  std::string releases_its_emergency_stop();

 private:
  static constexpr double slack = 0.3;       // s: tolerance beyond the agreed times, for a busy computer
  static constexpr double patience = 2;      // s: timeout for what must arrive
  static constexpr double stop_timeout = 2;  // s: timeout for the emergency stop's confirmation
  /// s: how long to wait for what must not arrive, but would arrive within that time.
  double soon() const;
  /// Repeats a greeting until it is welcomed (true) or refused; "no answer" is neither.
  std::optional<bool> is_welcome(const LinkProbe::Frames& greeting);
  void greet();
  void make_inactive();
  void make_armed();
  std::string refuses(const std::string& what, const Hello& other);
  std::string refuses_each(const std::function<void(RobotAction&)>& spoil, const std::string& what);
  std::string is_stopped_by(Alarm alarm, double seconds);
  std::string press_emergency_stop();
  std::string does_not_arm(uint64_t session, const std::string& what);

  RobotConfig config_;
  LinkCheckOptions options_;
  LinkProbe probe_;
  bool is_pressed_ = false;  // its emergency stop, by this side
  Hello hello_;              // a valid one
};

}  // namespace sinew
