#pragma once
#include <string>
#include <vector>

#include "nets/policy/policy.h"

namespace sinew {

/// What goes on inside of a policy in one step.
struct Insight {
  struct Map {
    std::string name;  // of the sensor, or of the layer
    int rows = 0, columns = 0;
    std::vector<float> values;  // [rows, columns]
  };
  /// Of each image, [height, width]: how much the action hangs on a pixel, |d Σ|a| / d pixel| (Simonyan et al. 2013)
  /// summed over its channels; of a choice, the log-probability of the likeliest takes the place of |a|.
  std::vector<Map> saliency;
  /// Of each lstm and gru of the actor, [1, units]: what it puts out.
  std::vector<Map> activations;
  /// Of each attention of the actor, [heads, memory + 1]: the weights on the steps before this one, the oldest first,
  /// this one last.
  std::vector<Map> attention;
  bool empty() const { return saliency.empty() && activations.empty() && attention.empty(); }
};

/// Looks into a policy that others may share: its tape, and nothing else, is its own.
class PolicyProbe {
 public:
  explicit PolicyProbe(const Policy& policy);
  /// Of the deterministic action on one raw observation, after what `state` [policy.state_size()] remembers.
  Insight look(const ObservationRows& row, std::span<const float> state, bool starts_anew);
  /// Whether look() will find anything: the policy sees images, is recurrent or attends.
  bool has_a_view();

 private:
  const Policy& policy_;
  Tape tape_;
};

}  // namespace sinew
