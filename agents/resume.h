#pragma once
#include <string>

namespace sinew {

/// What a run is: a checkpoint keeps it, since another run cannot go on from there.
struct RunIdentity {
  std::string config;  // the resolved recipe, YAML
  std::string task;    // the resolved task, YAML
  std::string model;   // its compiled model's fingerprint; "" for an env in C++
};

/// Throws Error naming the keys that differ, with both values. `total_timesteps` may have grown.
void check_same_run(const RunIdentity& saved, const RunIdentity& present);

}  // namespace sinew
