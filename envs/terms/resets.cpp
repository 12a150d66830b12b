#include <algorithm>
#include <cmath>

#include "envs/terms/element_selection.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// The coordinates of the joints in a list, or all coordinates if it is empty.
struct ResetCoordinates {
  std::vector<size_t> qpos, qvel;
  ResetCoordinates(const ConfigNode& joints, const TermSource& source) {
    const Model& model = source.model;
    const auto add = [&](int joint) {
      for (int i = 0; i < model.joint_qpos_size(joint); ++i)
        qpos.push_back(static_cast<size_t>(model.qpos_address(joint) + i));
      for (int i = 0; i < model.joint_dof_size(joint); ++i)
        qvel.push_back(static_cast<size_t>(model.dof_address(joint) + i));
    };
    if (names_nothing(joints))
      for (int joint = 0; joint < model.count(Model::Element::joint); ++joint) add(joint);
    else
      for (const int joint : select_elements(Model::Element::joint, joints, source)) add(joint);
  }
};

double draw_uniform(Rng& rng) { return rng.uniform(-1, 1); }
double draw_normal(Rng& rng) { return rng.normal(); }

/// Adds scale × draw(rng), with a new draw for each number; no draw where the scale is 0.
template <double (*draw)(Rng&)>
class ResetNoise final : public ResetTerm {
 public:
  struct Params {
    double qpos = 0, qvel = 0;
    ConfigNode joints = ConfigNode::list();
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("qpos", qpos, at_least(0));
      v.optional("qvel", qvel, at_least(0));
      v.optional("joints", joints);
    }
  };
  ResetNoise(const Params& params, const TermSource& source) : params_(params), coordinates_(params.joints, source) {}
  void apply(TaskState& state, Rng& rng) override {
    add(state.sim.qpos(), coordinates_.qpos, params_.qpos, rng);
    add(state.sim.qvel(), coordinates_.qvel, params_.qvel, rng);
  }

 private:
  static void add(std::span<double> values, const std::vector<size_t>& where, double scale, Rng& rng) {
    if (scale == 0) return;
    for (const size_t i : where) values[i] += scale * draw(rng);
  }
  Params params_;
  ResetCoordinates coordinates_;
};

/// Joints with one number each, such as the two slides of a target.
std::vector<size_t> scalar_joints(const ConfigNode& joints, size_t count, const TermSource& source) {
  std::vector<size_t> addresses;
  for (const int joint : names_nothing(joints) ? std::vector<int>() : select_joints(joints, source))
    addresses.push_back(static_cast<size_t>(source.model.qpos_address(joint)));
  if (addresses.size() != count)
    throw source.node.error(fmt::format("'joints' names {} joints where {} are needed", addresses.size(), count));
  return addresses;
}

constexpr double most_offset = 1e6;  // of a joint's position, rad or m

class DiscReset final : public ResetTerm {
 public:
  struct Params {
    ConfigNode joints = ConfigNode::list();
    double radius = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("joints", joints);
      v.required("radius", radius, above_up_to(0, most_offset));  // above this, its square is infinite
    }
  };
  DiscReset(const Params& params, const TermSource& source)
      : joints_(scalar_joints(params.joints, 2, source)), radius_(params.radius) {}
  void apply(TaskState& state, Rng& rng) override {
    double x, y;
    do {
      x = rng.uniform(-radius_, radius_);
      y = rng.uniform(-radius_, radius_);
    } while (std::hypot(x, y) >= radius_);
    state.sim.qpos()[joints_[0]] = x;
    state.sim.qpos()[joints_[1]] = y;
  }

 private:
  std::vector<size_t> joints_;
  double radius_;
};

class Box final : public ResetTerm {
  static constexpr int most_draws = 100000;

 public:
  struct Params {
    ConfigNode joints = ConfigNode::list();
    std::vector<double> low, high;
    double min_distance = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("joints", joints);
      v.required("low", low, between(-most_offset, most_offset));
      v.required("high", high, between(-most_offset, most_offset));
      v.optional("min_distance", min_distance, at_least(0));
    }
  };
  Box(const Params& params, const TermSource& source)
      : params_(params), joints_(scalar_joints(params.joints, params.low.size(), source)) {
    if (params.high.size() != params.low.size() || params.low.empty())
      throw source.node.error("'joints', 'low' and 'high' must have as many numbers as each other");
    double farthest = 0;
    for (size_t i = 0; i < joints_.size(); ++i) {
      if (params.low[i] > params.high[i])
        throw source.node.error(fmt::format("low is {}, above high, {}", params.low[i], params.high[i]));
      farthest = std::hypot(farthest, std::max(std::abs(params.low[i]), std::abs(params.high[i])));
    }
    if (params.min_distance >= farthest)
      throw source.node.error(fmt::format("no point of the box is farther than {} from the origin", farthest));
  }
  void apply(TaskState& state, Rng& rng) override {
    double distance;
    int draws = 0;
    do {
      if (++draws > most_draws)
        fail("the reset term 'box': no point farther than its min_distance {} was drawn in {} tries; make it smaller",
             params_.min_distance, most_draws);
      distance = 0;
      for (size_t i = 0; i < joints_.size(); ++i) {
        double& q = state.sim.qpos()[joints_[i]];
        q = rng.uniform(params_.low[i], params_.high[i]);
        distance = std::hypot(distance, q);
      }
    } while (distance <= params_.min_distance && params_.min_distance > 0);
  }

 private:
  Params params_;
  std::vector<size_t> joints_;
};

}  // namespace

std::vector<TermRow<ResetTerm>> builtin_resets() {
  return {
      term_row<ResetTerm, ResetNoise<draw_uniform>>(
          "uniform",
          "adds to each number of `joints` (all, unless named) a draw from ±`qpos`, and from ±`qvel` to its velocity",
          "m or rad; per second"),
      term_row<ResetTerm, ResetNoise<draw_normal>>(
          "normal",
          "adds to each number of `joints` (all, unless named) normal noise of "
          "standard deviation `qpos`, and `qvel` to its velocity",
          "m or rad; per second"),
      term_row<ResetTerm, DiscReset>("disc", "places two `joints` uniformly in a disc around 0", "m or rad"),
      term_row<ResetTerm, Box>(
          "box", "places `joints` uniformly between `low` and `high`, farther than `min_distance` from 0", "m or rad"),
  };
}

}  // namespace sinew
