#pragma once
#include <string>
#include <utility>
#include <vector>

#include "core/config.h"

namespace sinew {

/// The task's YAML. A list item under `observations` and `reset` is a term's name, or a map of its
/// name to its parameters; an entry under `reward` and `terminate` has a name of one's own and says
/// `term:` beside the parameters (and `weight:`, a reward).
struct TaskConfig {
  using Named = std::vector<std::pair<std::string, ConfigNode>>;

  struct Actions {
    ConfigNode actuators = ConfigNode::scalar("all");  // or a list of names
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("actuators", actuators);
    }
  };

  std::string model;   // an MJCF or URDF file
  int frame_skip = 1;  // physics steps in an env step
  int time_limit = 0;  // env steps in an episode; 0: no limit
  Named observations;  // of each sensor, a list of terms
  Actions actions;
  Named reward, terminate;
  std::vector<ConfigNode> reset;

  template <class Visitor>
  void visit(Visitor& v) {
    v.required("model", model);
    v.optional("frame_skip", frame_skip, at_least(1));
    v.optional("time_limit", time_limit, at_least(0));
    v.required("observations", observations);
    v.optional("actions", actions);
    v.required("reward", reward);
    v.optional("terminate", terminate);
    v.optional("reset", reset);
  }
};

}  // namespace sinew
