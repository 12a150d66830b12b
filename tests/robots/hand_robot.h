#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "robots/link/link_socket.h"
#include "robots/protocol/messages.h"
#include "robots/protocol/robot_config.h"

namespace sinew {

/// A handmade robot's side in its own thread: sends each peer the answers that a test specifies.
class HandRobot {
 public:
  using Frames = std::vector<std::string>;
  /// Its answer to a message; runs in that thread.
  using Answer = std::function<std::vector<Frames>(const Message&)>;

  explicit HandRobot(Answer answer);
  ~HandRobot();
  /// The robot's file for the policy's side.
  const RobotConfig& config() const { return config_; }

 private:
  void serve();

  RobotConfig config_;
  Answer answer_;
  LinkContext context_;
  LinkSocket socket_;
  Doorbell bell_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace sinew
