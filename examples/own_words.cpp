// Custom words for recipes and tasks: a layer, a reward term and an env, each a class and a row in its table. With them
// this program is a complete sinew that supports them in errors, `terms`, training and checkpoints.
//
//   build/release/examples/example_own_words train examples/own_words.yaml
//   build/release/examples/example_own_words terms reward
#include <algorithm>
#include <array>
#include <cmath>

#include "agents/run/recipe.h"
#include "apps/run.h"
#include "nets/layers/linear.h"

namespace {

using namespace sinew;

// {gated: 32}: one linear map gates the output of another (Dauphin et al. 2017).
class Gated final : public Layer {
 public:
  Gated(int units, LayerContext<float>& context)
      : content_(context.parameters, context.name + ".content", context.input[0], units, context.rng, context.init),
        gate_(context.parameters, context.name + ".gate", context.input[0], units, context.rng, context.init) {}
  Tensor operator()(Tensor x) const override { return content_(x) * sigmoid(gate_(x)); }
  Shape output_shape() const override { return content_.output_shape(); }

 private:
  Linear content_, gate_;
};

// exp(−v² / scale²) for the fastest joint: 1 at rest.
class Stillness final : public RewardTerm {
 public:
  struct Params {
    double scale = 1;  // rad/s, or m/s
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("scale", scale, above(0));
    }
  };
  Stillness(const Params& params, const TermSource&) : scale_(params.scale) {}
  double value(const TaskState& state) override {
    double fastest = 0;
    for (const double v : state.sim.qvel()) fastest = std::max(fastest, std::abs(v));
    return std::exp(-(fastest / scale_) * (fastest / scale_));
  }

 private:
  double scale_;
};

// A point on a line is to be pushed to the middle.
class PointMass final : public Env {
 public:
  PointMass() {
    spec_.name = "point_mass";
    spec_.sensors = {{.name = "state", .shape = {2}, .labels = {"place", "speed"}, .units = {"m", "m/s"}}};
    spec_.actions.parts = {{.name = "push", .labels = {"push"}, .units = {"N"}, .low = {-1}, .high = {1}}};
    spec_.actions.rate = 20;  // Hz
    spec_.time_limit = 100;
    spec_.reward_terms = {"place"};
  }
  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override {
    state_ = {rng.uniform(-2, 2), 0};
    elapsed_ = 0;
  }
  StepResult step(std::span<const double> action, Rng&) override {
    state_[1] += std::clamp(action[0], -1.0, 1.0) / spec_.actions.rate;
    state_[0] += state_[1] / spec_.actions.rate;
    reward_ = 1 / (1 + state_[0] * state_[0]);
    ++elapsed_;
    return {.reward = reward_, .terminated = false, .truncated = elapsed_ >= spec_.time_limit, .diverged = false};
  }
  std::span<const double> observation(int) const override { return state_; }
  std::span<const double> reward_terms() const override { return {&reward_, 1}; }
  bool render(int, int, std::span<uint8_t>) override { return false; }
  void visit_state(StateArchive& archive) override {
    archive("state", std::span<double>(state_));
    archive("elapsed", elapsed_);
    archive("reward", reward_);
  }

 private:
  EnvSpec spec_;
  std::array<double, 2> state_{};
  int elapsed_ = 0;
  double reward_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Registry registry = Registry::builtin();
  registry.layers.push_back({"gated", "(x · A) ⊙ sigmoid(x · B): {gated: outputs}",
                             [](const ConfigNode& options, LayerContext<float>& context) -> std::unique_ptr<Layer> {
                               int units = 0;
                               read_value(options, units);
                               check_range(options, units, between(1, 4096));
                               return std::make_unique<Gated>(units, context);
                             }});
  registry.tasks.rewards.push_back(
      term_row<RewardTerm, Stillness>("stillness", "exp(−v² / scale²) of the fastest joint"));
  registry.tasks.envs.push_back({"point_mass", "a point on a line is pushed to its middle",
                                 [](const ConfigNode&) { return std::make_unique<PointMass>(); }});
  return run(argc, argv, registry);
}
