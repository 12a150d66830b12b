#pragma once
#include <cstdint>
#include <vector>

namespace sinew {

/// One command for each of a robot's actuators, in SI units. An action has this layout wherever it is: as a controller
/// decided it, on the link, in a recording, and at the gate.
struct RobotAction {
  uint64_t session = 0, sequence = 0;  // sequence: from 1 in each session
  uint64_t answers = 0;                // sequence of the observation
  double observed_at = 0;              // s, of the robot's own clock: that observation's stamp, unchanged
  std::vector<double> values;
};

}  // namespace sinew
