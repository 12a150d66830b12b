#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "robots/control/real_time.h"
#include "robots/control/robot_control.h"
#include "robots/lekiwi/lekiwi_config.h"
#include "robots/lekiwi/lekiwi_jpeg.h"
#include "robots/link/adapter_table.h"
#include "robots/link/latency_histogram.h"
#include "robots/link/link_socket.h"
#include "robots/link/mailbox.h"
#include "robots/link/refusal_log.h"
#include "robots/link/robot_side.h"
#include "robots/link/stop_server.h"

namespace sinew {

struct LekiwiHostCounters {
  std::atomic<uint64_t> commands{0};      // decoded
  std::atomic<uint64_t> refused{0};       // not decoded: no JSON, a number that is invalid or not finite, a missing
                                          // velocity; or not from the driving client
  std::atomic<uint64_t> observations{0};  // sent
  std::atomic<uint64_t> dropped{0};       // no subscriber, or a slow one
};

/// A robot that takes the place of a LeKiwi: LeRobot's own clients drive any body whose actuators have LeKiwi's names.
///
/// This wire has no arming. The first command arms the robot, in a session that this side creates. Limits, watches and
/// gate come from the robot's file. After 0.5 s without a command, the base stands and the arm holds, as on the
/// original, and the next command resumes motion. After any other stop the client must send no command for 2 s before
/// its commands count again; after an emergency stop, once that has been released. One client drives: commands from
/// another connection are refused until the first client has been silent for the watchdog's time.
class LekiwiHost final : public RobotSide {
 public:
  /// Listens on the addresses in the file's `wire`; beyond this computer only if the file sets allow_anybody. `body`
  /// must outlive it. The wire versions are "old" (LekiwiWire::single) and "new" (multipart).
  LekiwiHost(const RobotConfig& config, RobotBody& body, RobotSideOptions options);
  ~LekiwiHost() override;

  const std::string& command_address() const { return command_address_; }
  const std::string& observation_address() const { return observation_address_; }
  const LekiwiHostCounters& counters() const { return counters_; }

  void run(const std::function<bool()>& go_on) override;
  const std::string& stop_address() const { return stop_->address(); }
  void emergency_stop() noexcept override { emergency_.press(); }
  void release_emergency_stop() noexcept override { emergency_.release(); }
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
  bool fill_action(const Heard& heard, double now);
  void observe();
  void serve_commands();
  void receive_commands();
  LekiwiCommand accept_command(const std::vector<std::string>& frames, double now);
  bool may_drive(int source, double now);
  void watch_listener(bool is_heard, double now);
  void serve_observations();
  void report(const RobotObservation& observation);
  void send(const RobotObservation& observation);
  LekiwiObservation observation_of(const RobotObservation& from);
  void fail_with(std::exception_ptr error);

  RobotConfig config_;   // its rate is that of the wire's observations
  uint64_t per_period_;  // observations in each period of the file's rate
  RobotBody& body_;
  RobotSideOptions options_;
  LekiwiWire version_;
  LekiwiConfig wire_;
  std::vector<size_t> keys_;  // for each actuator
  std::vector<std::pair<std::string, LekiwiJpeg>> cameras_;
  RobotControl control_;
  LekiwiHostCounters counters_;
  Mailbox<Heard> commands_;
  Mailbox<RobotObservation> observations_;
  WakeUp wake_;
  Doorbell bell_;
  LinkContext context_;
  LinkSocket command_socket_, observation_socket_;
  std::string command_address_, observation_address_;
  std::vector<ConnectionBound> bounds_;  // for these two sockets, in this order
  // Used by the control thread.
  ArrivedAction action_;
  uint64_t session_ = 0;
  double heard_at_ = 0;            // s
  bool has_to_let_go_ = false;     // an emergency stop was released, and the driving client has not been silent since
  Alarm reason_ = Alarm::none;     // the reason of the last stop observed
  std::vector<double> positions_;  // as observed last
  LatencyHistogram lateness_;
  std::string real_time_report_;
  // Used by the thread that receives commands.
  RefusalLog refusals_;
  int driver_ = -1;             // the connection whose commands are obeyed; -1: none so far
  double driver_heard_at_ = 0;  // s
  bool told_base_alone_ = false;
  // Used by the thread that sends observations.
  double listening_since_ = 0;  // s: since when a client has listened without sending; 0: no client
  uint64_t heard_ = 0;          // commands, decoded or not
  bool told_listener_ = false;
  Mode mode_ = Mode::inactive;
  bool told_refusal_ = false;
  std::vector<std::string> images_;
  std::atomic<bool> session_begins_{false};  // for the thread that receives commands
  EmergencySwitch emergency_;
  std::unique_ptr<StopServer> stop_;
  std::atomic<bool> ending_{false}, failing_{false}, failed_{false};
  std::exception_ptr error_;  // written before failed_
  std::thread command_thread_, observation_thread_;
};

}  // namespace sinew
