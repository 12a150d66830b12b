#include "bench/bench_recurrent.h"

#include <algorithm>

#include "bench/best_of.h"
#include "bench/torch_peer.h"
#include "core/thread_pool.h"
#include "nets/layers/recurrent_layers.h"
#include "nets/policy/policy.h"

namespace sinew::bench {
namespace {

// An LSTM as wide as its input, and sequences. One tape computes all of them, or two tapes share them like a learner's
// shards.
class LstmBench {
 public:
  explicit LstmBench(const LstmNet& work)
      : work_(work),
        context_{parameters_, rng_, "lstm", {work.units}, {}, &memory_},
        lstm_(BasicRecurrentLayer<float>::Cell::lstm, context_, {.units = work.units, .init = {"kaiming", 1}}),
        x_(static_cast<size_t>(work.steps) * work.batch * work.units),
        state_(static_cast<size_t>(work.batch) * memory_.numbers) {
    for (float& number : x_) number = static_cast<float>(rng_.normal());
    for (Shard& shard : shards_) shard.gradients = parameters_.make_gradients();
  }

  void step() { backward(shards_[0], work_.batch); }
  void step_in_two(ThreadPool& pool) {
    pool.parallel_for(2, [&](int i) { backward(shards_[i], (work_.batch + 1 - i) / 2); });
    for (size_t j = 0; j < shards_[0].gradients.size(); ++j) shards_[0].gradients[j] += shards_[1].gradients[j];
  }

 private:
  struct Shard {
    Tape tape;
    std::vector<float> gradients;
  };
  void backward(Shard& shard, int sequences) {
    shard.tape.rewind();
    std::ranges::fill(shard.gradients, 0.0f);
    Sequence sequence(shard.tape.view({sequences, memory_.numbers}, state_.data()), {});
    const Tensor y = lstm_.run(shard.tape.view({work_.steps * sequences, work_.units}, x_.data()), sequence);
    shard.tape.backward(sum(square(y)) * (1.0 / static_cast<double>(x_.size())), {{&parameters_, shard.gradients}});
  }

  LstmNet work_;
  Parameters parameters_;
  Rng rng_{1};
  MemoryLayout memory_;
  LayerContext<float> context_;
  BasicRecurrentLayer<float> lstm_;
  std::vector<float> x_, state_;
  Shard shards_[2];
};

Figure against_torch(const std::string& name, const LstmNet& net, const std::vector<std::function<void()>>& ours,
                     TorchPeer& torch, int threads, double seconds) {
  constexpr int rounds = 7;
  const double share = 0.5 * seconds / rounds;
  const Comparison comparison =
      interleave({[&] { return torch.rate(net, threads, share); }, BestOf(ours, share)}, rounds);
  return {
      name,
      comparison.ratios[1],
      "x",
      1,
      comparison.ratios[1],
      fmt::format("forward and backward, times as fast as {} in a process of its own on up to {} threads: {:.3g} ms, "
                  "the peer {:.3g} ms, the best of its settings",
                  torch.version(), threads, 1e3 / comparison.medians[1], 1e3 / comparison.medians[0])};
}

constexpr const char* remembering_network =
    "{encoders: {camera: {layers: [{conv: {filters: 16, kernel: 8, stride: 4}}, relu, "
    "{conv: {filters: 32, kernel: 4, stride: 2}}, relu, flatten, {linear: {units: 128, init: {scheme: kaiming}}}, "
    "relu]}}, core: {lstm: 128}, actor: [], critic: []}";

}  // namespace

std::vector<Figure> recurrent_figures(const Options& options, double peak, TorchPeer& torch) {
  std::vector<Figure> figures;
  ThreadPool pool(2);
  for (const auto& [units, steps] : {std::pair(128, 16), std::pair(256, 32)})
    for (const int batch : {1, 8, 32}) {
      const LstmNet work{units, steps, batch};
      LstmBench bench(work);
      const std::string name = fmt::format("lstm_{}_{}_{}", units, steps, batch);
      // Two products of [batch, units] and [units, 4 · units] per step, and as many for each gradient except the
      // input's.
      const double flops = (2 * 3 - 1) * 2.0 * steps * batch * 4 * units * units, limit = 1e3 * flops / peak;
      const double time = 1e3 / rate_of([&] { bench.step(); }, 0.5 * options.seconds);
      figures.push_back({name + "_step", time, "ms", limit, time / limit,
                         "forward and backward on one thread against its multiply-adds at the peak"});
      if (!torch.is_present()) continue;
      std::vector<std::function<void()>> ways = {[&] { bench.step(); }};
      figures.push_back(against_torch(name + "_vs_torch", work, ways, torch, 1, options.seconds));
      if (batch > 1) ways.push_back([&] { bench.step_in_two(pool); });
      figures.push_back(against_torch(name + "_vs_torch_2", work, ways, torch, 2, options.seconds));
    }
  return figures;
}

Figure one_remembered_action(double seconds) {
  InterfaceSpec spec;
  spec.sensors.push_back({.name = "camera", .type = SensorSpec::Type::uint8, .shape = {64, 64, 3}});
  spec.actions.parts.push_back(
      {.name = "actuators", .low = std::vector<double>(6, -1.0), .high = std::vector<double>(6, 1.0)});
  const Policy policy(spec, read_config<NetworkConfig>(ConfigNode::parse_text(remembering_network, "bench")),
                      builtin_layers<float>(), Rng(1));
  PolicyRunner runner(policy);
  std::vector<uint8_t> frame(static_cast<size_t>(policy.image_size()));
  Rng rng(2);
  for (uint8_t& byte : frame) byte = static_cast<uint8_t>(rng.below(256));
  std::vector<float> state(static_cast<size_t>(policy.state_size())), action(6);
  const uint8_t goes_on = 0;
  const double median =
      median_time_of([&] { runner.act({1, nullptr, frame.data()}, state, {&goes_on, 1}, action); }, seconds);
  return {"one_remembered_action",
          median,
          "us",
          60,
          median / 60,
          "PolicyRunner::act from one frame of 64x64x3 through conv 16@8/4, 32@4/2, linear 128 and LSTM 128 to six "
          "actions, on one core; the median"};
}

}  // namespace sinew::bench
