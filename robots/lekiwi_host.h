#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "robots/adapter_table.h"
#include "robots/latency_histogram.h"
#include "robots/lekiwi_config.h"
#include "robots/link_socket.h"
#include "robots/mailbox.h"
#include "robots/real_time.h"
#include "robots/robot_control.h"
#include "robots/robot_side.h"
#include "robots/swapped_jpeg.h"

namespace sinew {

struct LekiwiHostCounters {
  std::atomic<uint64_t> commands{0};  // understood
  std::atomic<uint64_t> refused{0};   // not: no JSON, a number that is none or not finite, a velocity that is missing
  std::atomic<uint64_t> observations{0};  // sent
  std::atomic<uint64_t> dropped{0};       // nobody was there, or did not keep up
};

/// A robot in the place of a LeKiwi: LeRobot's own clients drive any body whose actuators have its names.
///
/// There is no arming on this wire. The first command arms, in a session of this side's own; limits, watches and gate
/// are those of the robot's file. 0.5 s without a command, the base stands and the arm holds, as the original does, and
/// the next command goes on. After any other stop the client has to let go, for 2 s, before its commands count again;
/// after an emergency stop they do not.
class LekiwiHost final : public RobotSide {
 public:
  /// Listens on the addresses in `wire` of the file, beyond this computer only where it says allow_anybody. `body` must
  /// outlive it. The wires: "old" (LekiwiWire::single) and "new" (multipart).
  LekiwiHost(const RobotConfig& config, RobotBody& body, RobotSideOptions options);
  ~LekiwiHost() override;

  const std::string& command_address() const { return command_address_; }
  const std::string& observation_address() const { return observation_address_; }
  const LekiwiHostCounters& counters() const { return counters_; }

  void run(const std::function<bool()>& go_on) override;
  void emergency_stop() noexcept override { emergency_ = true; }
  std::vector<SensorSpec> sensors() const override;
  std::string where() const override;
  std::string report() const override;

 private:
  struct Heard {
    LekiwiCommand command;
    double received = 0;  // s
  };
  void tick(double now);
  void attend(double now, bool has_command);
  void fill_action(const Heard& heard, double now);
  void observe();
  void serve_commands();
  void receive_commands();
  void serve_observations();
  void report(const RobotObservation& observation);
  void send(const RobotObservation& observation);
  LekiwiObservation observation_of(const RobotObservation& from);
  void fail_with(std::exception_ptr error);

  RobotConfig config_;    // its rate: that of the wire's observations
  uint64_t per_period_;   // observations in each period of the file's rate
  RobotBody& body_;
  RobotSideOptions options_;
  LekiwiWire version_;
  LekiwiConfig wire_;
  std::vector<size_t> keys_;  // of each actuator
  std::vector<std::pair<std::string, SwappedJpeg>> cameras_;
  RobotControl control_;
  LekiwiHostCounters counters_;
  Mailbox<Heard> commands_;
  Mailbox<RobotObservation> observations_;
  WakeUp wake_;
  Doorbell bell_;
  LinkContext context_;
  LinkSocket command_socket_, observation_socket_;
  std::string command_address_, observation_address_;
  // Of the control thread.
  ArrivedAction action_;
  uint64_t session_ = 0;
  double heard_at_ = 0;            // s
  Alarm reason_ = Alarm::none;     // of the stop that was observed last
  std::vector<double> positions_;  // as observed last
  LatencyHistogram lateness_;
  std::string real_time_report_;
  // Of the thread that sends observations.
  Mode mode_ = Mode::inactive;
  bool told_refusal_ = false;
  std::vector<std::string> images_;
  std::atomic<bool> emergency_{false}, ending_{false}, failing_{false}, failed_{false};
  std::exception_ptr error_;  // written before failed_
  std::thread command_thread_, observation_thread_;
};

}  // namespace sinew
