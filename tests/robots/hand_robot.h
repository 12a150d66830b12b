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

/// A robot's side made by hand, in a thread of its own: says to whoever speaks to it what a test wants it to say.
class HandRobot {
 public:
  using Frames = std::vector<std::string>;
  /// What it answers to a message, in that thread.
  using Answer = std::function<std::vector<Frames>(const Message&)>;

  explicit HandRobot(Answer answer);
  ~HandRobot();
  /// The robot's file of the policy's side.
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
