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
#include "robots/lekiwi/swapped_jpeg.h"
#include "robots/link/adapter_table.h"
#include "robots/link/latency_histogram.h"
#include "robots/link/link_socket.h"
#include "robots/link/mailbox.h"
#include "robots/link/refusal_log.h"
#include "robots/link/robot_side.h"
#include "robots/link/stop_server.h"

namespace sinew {

struct LekiwiHostCounters {
  std::atomic<uint64_t> commands{0};  // understood
  std::atomic<uint64_t> refused{0};   // not: no JSON, a number that is none or not finite, a velocity that is missing;
                                      // or not of the one who drives
  std::atomic<uint64_t> observations{0};  // sent
  std::atomic<uint64_t> dropped{0};       // nobody was there, or did not keep up
};

/// A robot in the place of a LeKiwi: LeRobot's own clients drive any body whose actuators have its names.
///
/// There is no arming on this wire. The first command arms, in a session of this side's own; limits, watches and gate
/// are those of the robot's file. 0.5 s without a command, the base stands and the arm holds, as the original does, and
/// the next command goes on. After any other stop the client has to let go, for 2 s, before its commands count again;
/// after an emergency stop it has to once that is released. One client drives: the commands of another connection are
/// refused until the first has said nothing for as long as the watchdog waits.
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

  RobotConfig config_;   // its rate: that of the wire's observations
  uint64_t per_period_;  // observations in each period of the file's rate
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
  std::vector<ConnectionBound> bounds_;  // of these two, in this order
  // Of the control thread.
  ArrivedAction action_;
  uint64_t session_ = 0;
  double heard_at_ = 0;            // s
  bool has_to_let_go_ = false;     // an emergency stop was released, and whoever drives has not fallen silent since
  Alarm reason_ = Alarm::none;     // of the stop that was observed last
  std::vector<double> positions_;  // as observed last
  LatencyHistogram lateness_;
  std::string real_time_report_;
  // Of the thread that receives commands.
  RefusalLog refusals_;
  int driver_ = -1;             // the connection whose commands are obeyed; -1: none was yet
  double driver_heard_at_ = 0;  // s
  bool told_base_alone_ = false;
  // Of the thread that sends observations.
  double listening_since_ = 0;  // s: somebody listens and has said nothing; 0: nobody does
  uint64_t heard_ = 0;          // commands, understood or not
  bool told_listener_ = false;
  Mode mode_ = Mode::inactive;
  bool told_refusal_ = false;
  std::vector<std::string> images_;
  std::atomic<bool> session_begins_{false};  // for whoever receives commands
  EmergencySwitch emergency_;
  std::unique_ptr<StopServer> stop_;
  std::atomic<bool> ending_{false}, failing_{false}, failed_{false};
  std::exception_ptr error_;  // written before failed_
  std::thread command_thread_, observation_thread_;
};

}  // namespace sinew
