#pragma once
#include <algorithm>
#include <vector>

#include "envs/terms/element_selection.h"

namespace sinew {

/// The allowed range of a joint; m or rad.
struct JointRange {
  size_t qpos;
  double low, high;
  /// Distance of the joint beyond its range; 0 inside.
  double excess(const Simulation& sim) const {
    const double q = sim.qpos()[qpos];
    return std::max({low - q, q - high, 0.0});
  }
};

struct JointRangeParams {
  ConfigNode joints = ConfigNode::scalar("all");  // or a list of names
  double margin = 0;                              // m or rad
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("joints", joints);
    v.optional("margin", margin, at_least(0));
  }
};

/// The model's joint ranges, each end moved outwards by `widening`; `all` selects the joints that have a range. Throws
/// an Error for a named joint without a range, and where nothing is left of a range.
std::vector<JointRange> joint_ranges(const ConfigNode& joints, double widening, const TermSource& source);

}  // namespace sinew
