#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "robots/protocol/robot_config.h"

namespace sinew {

/// A robot's side in a separate program: given two addresses with free ports, it prints "listens on A B" as its first
/// line. It is killed in the destructor, and also if the test process ends.
class ChildRobot {
 public:
  /// command: the program and its arguments before the addresses. Throws an Error if it prints something else.
  explicit ChildRobot(const std::vector<std::string>& command);
  ~ChildRobot();
  ChildRobot(const ChildRobot&) = delete;
  ChildRobot& operator=(const ChildRobot&) = delete;

  /// The robot's file with this one's addresses.
  RobotConfig config(const std::string& path) const;
  /// Whether the program is still running.
  bool lives() const;

 private:
  void read_addresses();

  pid_t pid_ = -1;
  int output_ = -1;
  std::string address_, stop_address_;
};

}  // namespace sinew
