#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// How wide the noise is, on every number of qpos and of qvel.
struct NoiseParams {
  double qpos = 0, qvel = 0;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("qpos", qpos, at_least(0));
    v.optional("qvel", qvel, at_least(0));
  }
};

/// Adds scale × draw(rng), drawn anew for each number; no draw where the scale is 0.
template <double (*draw)(Rng&)>
class Noise final : public ResetTerm {
 public:
  explicit Noise(const TermSource& source) : params_(read_config<NoiseParams>(source.node)) {}
  void apply(Simulation& sim, Rng& rng) const override {
    add(sim.qpos(), params_.qpos, rng);
    add(sim.qvel(), params_.qvel, rng);
  }

 private:
  static void add(std::span<double> values, double scale, Rng& rng) {
    if (scale == 0) return;
    for (double& value : values) value += scale * draw(rng);
  }
  NoiseParams params_;
};

double draw_uniform(Rng& rng) { return rng.uniform(-1, 1); }
double draw_normal(Rng& rng) { return rng.normal(); }

}  // namespace

std::vector<TermRow<ResetTerm>> builtin_resets() {
  return {
      {"uniform", "adds to each number of qpos a draw from ±`qpos`, and of qvel from ±`qvel`; m, rad, m/s, rad/s",
       [](const TermSource& source) { return std::make_unique<Noise<draw_uniform>>(source); }},
      {"normal", "adds normal noise of standard deviation `qpos` to each number of qpos, `qvel` of qvel",
       [](const TermSource& source) { return std::make_unique<Noise<draw_normal>>(source); }},
  };
}

}  // namespace sinew
