#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/state_archive.h"
#include "sim/simulation/simulation.h"

namespace sinew {

/// A target that the policy observes and the reward is based on: a velocity to walk at, a point to reach.
struct TaskCommand {
  std::string name;
  std::vector<std::string> labels, units;  // of each number
  std::vector<double> value;
};

/// The state that the terms of one env share: the physics, and the task's own additions.
struct TaskState {
  Simulation sim;
  double dt;                            // seconds of one env step
  int elapsed = 0;                      // env steps in this episode
  std::vector<double> action;           // the last one, as given, before MuJoCo clamps it; 0 after a reset
  std::vector<double> previous_action;  // the one before it
  std::vector<double> encoder_offset;   // [nq] error of the joint sensors; added to every measured joint position
  std::vector<TaskCommand> commands;
  bool terminated = false;  // true while the rewards of the step that ends the episode are computed
  bool success = false;     // by this step; true at the same time
  bool exact = false;       // a replay: no observation noise

  /// Everything but the simulation, which is restored last: repeating its last step needs the terms.
  void visit_state(StateArchive& archive) {
    archive("elapsed", elapsed);
    archive("action", std::span(action));
    archive("previous_action", std::span(previous_action));
    archive("encoder_offset", std::span(encoder_offset));
    for (size_t i = 0; i < commands.size(); ++i) archive("command " + std::to_string(i), std::span(commands[i].value));
    archive("terminated", terminated);
    archive("success", success);
    archive("exact", exact);
  }
};

}  // namespace sinew
