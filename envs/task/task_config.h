#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/latency_profile.h"

namespace sinew {

/// The task's YAML. A list item under `observations`, `reset` and `randomize`, and an entry of `actions`, is a term's
/// name with its parameters (only the name if it needs none). An entry under `commands`, `reward` and `terminate` has a
/// name chosen by the user, and gives `term:` beside the parameters.
struct TaskConfig {
  using Named = std::vector<std::pair<std::string, ConfigNode>>;

  /// The reference of `joint_pos`, PD targets and the reset `pose`: the model's own initial position, or a keyframe's,
  /// with some joints changed.
  struct DefaultPose {
    std::string keyframe;
    std::vector<std::pair<std::string, double>> joints;  // m or rad
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("keyframe", keyframe);
      v.optional("joints", joints);
    }
  };

  std::string model;   // an MJCF or URDF file
  int frame_skip = 1;  // physics steps in an env step
  int time_limit = 0;  // env steps in an episode; 0: no limit
  DefaultPose default_pose;
  std::optional<LatencyProfile> delay;  // of the link to a robot; in the YAML a map, or a file that contains the map
  Named commands;
  Named observations;  // for each sensor, a list of terms, or a camera's map (CameraConfig)
  Named actions = {{"actuators", ConfigNode::scalar("all")}};
  Named reward, terminate;
  std::vector<ConfigNode> reset, randomize;

  template <class Visitor>
  void visit(Visitor& v) {
    v.required("model", model);
    v.optional("frame_skip", frame_skip, between(1, 10000));
    v.optional("time_limit", time_limit, at_least(0));
    v.optional("default_pose", default_pose);
    v.optional("delay", delay);
    v.optional("commands", commands);
    v.required("observations", observations);
    v.optional("actions", actions);
    v.required("reward", reward);
    v.optional("terminate", terminate);
    v.optional("reset", reset);
    v.optional("randomize", randomize);
  }
};

}  // namespace sinew
