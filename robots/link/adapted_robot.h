#pragma once
#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <thread>

#include "robots/link/adapter_table.h"
#include "robots/link/robot_server.h"

namespace sinew {

/// Presents a robot of another dialect as one of ours: its adapter's body behind a RobotServer. Beyond this process,
/// only the server's emergency stop is reachable. Gate, watches, watchdog, modes and recordings are those of any robot;
/// only an observation's age counts from its receipt here.
class AdaptedRobot {
 public:
  struct Options {
    std::string keys;        // folder of keys, needed if the emergency stop's address is beyond this computer
    AdapterEvents on_event;  // from several threads
    bool real_time = true;
  };
  /// Connects to the robot, and serves. Throws an Error for an unknown adapter, for a lack that the file does not
  /// accept, or with the reason why the robot cannot be reached.
  AdaptedRobot(const RobotConfig& config, const AdapterTable& adapters, Options options);
  /// First commands the robot to its safe state.
  ~AdaptedRobot();

  /// The robot's file for the policy's side: with the addresses inside this process.
  const RobotConfig& config() const { return config_; }
  /// For a client of that address.
  const std::shared_ptr<LinkContext>& context() const { return context_; }
  RobotServer& server() { return *server_; }
  const RobotBody& body() const { return *body_; }

  /// Rethrows an error of the robot's control thread; the robot is then safe.
  void check();

 private:
  void serve();

  RobotConfig config_;
  Options options_;
  std::shared_ptr<LinkContext> context_;
  std::unique_ptr<RobotBody> body_;
  std::unique_ptr<RobotServer> server_;
  std::atomic<bool> go_on_{true}, failed_{false};
  std::exception_ptr error_;  // written before failed_
  std::thread thread_;
};

}  // namespace sinew
