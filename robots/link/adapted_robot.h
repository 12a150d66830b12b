#pragma once
#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <thread>

#include "robots/link/adapter_table.h"
#include "robots/link/robot_server.h"

namespace sinew {

/// A robot of another dialect as one of ours: its adapter's body, and a RobotServer for it, which nobody beyond this
/// process can reach but through its emergency stop. Gate, watches, watchdog, modes and recordings are then those of
/// any robot; only an age counts from the receipt here.
class AdaptedRobot {
 public:
  struct Options {
    std::string keys;        // folder of keys, for an emergency stop's address beyond this computer
    AdapterEvents on_event;  // from several threads
    bool real_time = true;
  };
  /// Connects to the robot, and serves. An Error says which adapter is not known, what it lacks that the file does not
  /// accept, or why the robot cannot be reached.
  AdaptedRobot(const RobotConfig& config, const AdapterTable& adapters, Options options);
  /// The robot is told to be safe first.
  ~AdaptedRobot();

  /// The robot's file for the policy's side: with the addresses in this process.
  const RobotConfig& config() const { return config_; }
  /// For whoever connects to that address.
  const std::shared_ptr<LinkContext>& context() const { return context_; }
  RobotServer& server() { return *server_; }
  const RobotBody& body() const { return *body_; }

  /// Rethrows what went wrong in the robot's control thread, the robot being safe.
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
