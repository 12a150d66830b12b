#pragma once
#include <string>
#include <vector>

#include "nets/policy/policy.h"

namespace sinew {

/// Internals of a policy in one step.
struct PolicyInternals {
  struct Map {
    std::string name;  // the sensor's, or the layer's
    int rows = 0, columns = 0;
    std::vector<float> values;  // [rows, columns]
  };
  /// One per image, [height, width]: the sensitivity of the action to a pixel, |d Σ|a| / d pixel| (Simonyan et al.
  /// 2013) summed over its channels. For a choice, the log-probability of the likeliest replaces |a|.
  std::vector<Map> saliency;
  /// One per lstm and gru of the actor, [1, units]: its output.
  std::vector<Map> activations;
  /// One per attention of the actor, [heads, memory + 1]: the weights on the steps before this one, the oldest first,
  /// this one last.
  std::vector<Map> attention;
  bool empty() const { return saliency.empty() && activations.empty() && attention.empty(); }
};

/// Inspects a policy that others may share. It owns only its tape.
class PolicyProbe {
 public:
  explicit PolicyProbe(const Policy& policy);
  /// For the deterministic action on one raw observation, given the memory `state` [policy.state_size()].
  PolicyInternals look(const ObservationRows& row, std::span<const float> state, bool starts_anew);
  /// Whether look() will return anything: the policy has images, is recurrent, or has attention.
  bool has_a_view();

 private:
  const Policy& policy_;
  Tape tape_;
};

}  // namespace sinew
