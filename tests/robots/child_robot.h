#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "robots/protocol/robot_config.h"

namespace sinew {

/// A robot's side that is a program of its own: given two addresses with free ports, it says "listens on A B" in its
/// first line. Killed in the end, and when the test ends.
class ChildRobot {
 public:
  /// command: the program, and its words before the addresses. Throws Error where it says something else.
  explicit ChildRobot(const std::vector<std::string>& command);
  ~ChildRobot();
  ChildRobot(const ChildRobot&) = delete;
  ChildRobot& operator=(const ChildRobot&) = delete;

  /// The robot's file with this one's addresses.
  RobotConfig config(const std::string& path) const;
  /// Whether the program runs still.
  bool lives() const;

 private:
  void read_addresses();

  pid_t pid_ = -1;
  int output_ = -1;
  std::string address_, stop_address_;
};

}  // namespace sinew
