#include <algorithm>

#include "agents/ppo/ppo.h"
#include "bench/bench.h"
#include "core/clock.h"

// PPO from pixels: the workload for which reference pages have figures of Stable-Baselines3.
namespace sinew::bench {
namespace {

constexpr int pixel_envs = 8;

/// Noise frames that cost almost nothing, so that only learning is measured.
class NoiseEnv final : public Env {
 public:
  NoiseEnv() : noise_(2 * frame_size) {
    spec_.name = "noise";
    spec_.sensors = {{"camera", SensorSpec::Type::uint8, {84, 84, 4}, {}, {}, 4, "grey"}};
    ActionPart part;
    part.name = "button";
    part.choices = {6};
    spec_.actions.parts = {part};
    spec_.reward_terms = {"luck"};
    Rng rng(1);
    for (uint8_t& x : noise_) x = static_cast<uint8_t>(rng.below(256));
  }
  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override { begin_ = rng.below(frame_size); }
  StepResult step(std::span<const double>, Rng& rng) override {
    begin_ = rng.below(frame_size);
    reward_ = rng.uniform();
    return {.reward = reward_, .terminated = rng.below(200) == 0};
  }
  std::span<const double> observation(int) const override { return {}; }
  void observe_image(int, std::span<uint8_t> frame) override {
    std::copy_n(noise_.begin() + begin_, frame.size(), frame.begin());
  }
  std::span<const double> reward_terms() const override { return {&reward_, 1}; }
  bool render(int, int, std::span<uint8_t>) override { return false; }
  void visit_state(StateArchive& archive) override { archive("begin", begin_); }

 private:
  static constexpr uint32_t frame_size = 84 * 84;
  EnvSpec spec_;
  std::vector<uint8_t> noise_;
  uint32_t begin_ = 0;
  double reward_ = 0;
};

constexpr const char* nature_network =
    "{encoders: {camera: {layers: [{conv: {filters: 32, kernel: 8, stride: 4}}, relu, "
    "{conv: {filters: 64, kernel: 4, stride: 2}}, relu, {conv: {filters: 64, kernel: 3}}, relu, flatten, "
    "{linear: 512}, relu]}}, actor: [], critic: []}";

}  // namespace

std::vector<Figure> bench_pixels(const Options& options) {
  ThreadPool pool(options.threads);
  VecEnv envs([] { return std::make_unique<NoiseEnv>(); }, pixel_envs, Rng(1));
  const LayerTable<float> layers = builtin_layers<float>();
  const PpoConfig config{.n_steps = 128, .batch_size = 256, .n_epochs = 4};
  Ppo ppo(config,
          {envs, pool, read_config<NetworkConfig>(ConfigNode::parse_text(nature_network, "bench")), layers, Rng(1)});
  envs.reset(pool);
  const Comparison c = interleave({[&] {
                                    const Stopwatch watch;
                                    const int64_t steps = ppo.iterate(0);
                                    envs.take_episodes();
                                    return static_cast<double>(steps) / watch.seconds();
                                  }},
                                  5, options.threads);
  const Figure figure{"ppo_nature_cnn",
                      c.medians[0],
                      "env steps/s",
                      0,
                      0,
                      "PPO iterations, Nature CNN shared, 84x84x4 frames of noise, 8 envs x 128, batch 256, 4 epochs"};
  return {figure, scaled(figure, 700, c.scaled)};
}

}  // namespace sinew::bench
