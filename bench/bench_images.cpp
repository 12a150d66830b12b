#include "bench/bench_images.h"

#include <algorithm>
#include <memory>

#include "bench/best_of.h"
#include "bench/torch_peer.h"
#include "core/clock.h"
#include "core/thread_pool.h"
#include "nets/layers/linear.h"
#include "nets/layers/sequential.h"
#include "nets/ops/image.h"

namespace sinew::bench {
namespace {

// Mnih et al. 2015, and the network of Mnih et al. 2013 with half its dense layer.
constexpr ConvNet nature{84, 84, 4, 0, 3, {{32, 8, 4}, {64, 4, 2}, {64, 3, 1}}, 512};
constexpr ConvNet small{64, 64, 3, 0, 2, {{16, 8, 4}, {32, 4, 2}}, 128};

LayerList layers_of(const ConvNet& net) {
  std::string text = "[";
  for (int i = 0; i < net.convolutions; ++i)
    text += fmt::format("{{conv: {{filters: {}, kernel: {}, stride: {}}}}}, relu, ", net.convolution[i].filters,
                        net.convolution[i].kernel, net.convolution[i].stride);
  text += fmt::format("flatten, {{linear: {{units: {}, init: {{scheme: kaiming}}}}}}, relu]", net.dense);
  LayerList list;
  read_value(ConfigNode::parse_text(text, "bench"), list);
  return list;
}

// A network and a batch of images. One tape computes all rows, or two tapes share them like a learner's shards.
class NetBench {
 public:
  explicit NetBench(const ConvNet& net)
      : batch_(net.batch),
        image_{net.height, net.width, net.channels},
        net_(layers_of(net), builtin_layers<float>(), {parameters_, rng_, "net", image_, {}}),
        images_(static_cast<size_t>(batch_ * image_.size())) {
    for (float& x : images_) x = static_cast<float>(rng_.uniform());
    for (Shard& shard : shards_) shard.gradients = parameters_.make_gradients();
  }

  void forward() {
    infer_.rewind();
    net_(images(infer_, 0, batch_));
  }
  void step() { backward(shards_[0], 0, batch_); }
  void step_in_two(ThreadPool& pool) {
    const int half = batch_ / 2;
    pool.parallel_for(2, [&](int i) { backward(shards_[i], i * half, i == 0 ? half : batch_ - half); });
    constexpr int pieces = 8;
    const size_t size = shards_[0].gradients.size();
    pool.parallel_for(pieces, [&](int i) {
      for (size_t j = size * i / pieces; j < size * (i + 1) / pieces; ++j)
        shards_[0].gradients[j] += shards_[1].gradients[j];
    });
  }

  // FLOPs of one forward pass; only the layers' multiply-adds count.
  double flops() {
    step();
    double total = 0;
    for (const Node<float>* node = shards_[0].tape.last(); node; node = node->previous) {
      if (!node->parameter && node->inputs[1] && node->inputs[1]->parameter) {
        const Shape& weight = node->inputs[1]->shape;
        total += 2.0 * static_cast<double>(node->shape.size()) * static_cast<double>(weight.size() / weight[-1]);
      }
    }
    return total;
  }

 private:
  struct Shard {
    Tape tape;
    std::vector<float> gradients;
  };
  Tensor images(Tape& tape, int first, int rows) {
    return tape.view({rows, image_[0], image_[1], image_[2]}, images_.data() + first * image_.size());
  }
  void backward(Shard& shard, int first, int rows) {
    shard.tape.rewind();
    std::ranges::fill(shard.gradients, 0.0f);
    const Tensor y = net_(images(shard.tape, first, rows));
    shard.tape.backward(sum(square(y)) * (1.0 / (batch_ * y.shape()[1])), {{&parameters_, shard.gradients}});
  }

  int batch_;
  Shape image_;
  Parameters parameters_;
  Rng rng_{1};
  BasicSequential<float> net_;
  std::vector<float> images_;
  Tape infer_{TapeMode::infer};
  Shard shards_[2];
};

Figure against_peak(std::string name, double rate, double flops, double peak, const char* work) {
  const double limit = 1e3 * flops / peak;
  return {std::move(name), 1e3 / rate, "ms", limit, 1e3 / rate / limit, work};
}

Figure against_torch(const std::string& name, const ConvNet& net, NetBench& ours, TorchPeer& torch, ThreadPool& pool,
                     double seconds) {
  std::vector<std::function<void()>> our_ways = {[&] { ours.step(); }};
  if (net.batch > 1) our_ways.push_back([&] { ours.step_in_two(pool); });
  constexpr int rounds = 7;
  const double share = 0.5 * seconds / rounds;
  const Comparison comparison =
      interleave({[&] { return torch.rate(net, 2, share); }, BestOf(our_ways, share)}, rounds);
  return {name + "_vs_torch",
          comparison.ratios[1],
          "x",
          1,
          comparison.ratios[1],
          fmt::format("forward and backward, times as fast as {} in a process of its own: {:.3g} ms, the best of one "
                      "thread and two shards; the peer {:.3g} ms, the best of its threads, settings and layouts",
                      torch.version(), 1e3 / comparison.medians[1], 1e3 / comparison.medians[0])};
}

}  // namespace

std::vector<Figure> image_figures(const Options& options, double peak, TorchPeer& torch) {
  std::vector<Figure> figures;
  ThreadPool pool(2);
  for (auto [name, net] : {std::pair("nature", nature), std::pair("small", small)})
    for (const int batch : {1, 16, 64, 256}) {
      net.batch = batch;
      NetBench bench(net);
      const double flops = bench.flops();
      const std::string prefix = fmt::format("{}_{}", name, batch);
      figures.push_back(against_peak(prefix + "_forward", rate_of([&] { bench.forward(); }, 0.5 * options.seconds),
                                     flops, peak,
                                     "a forward pass on one thread against its multiply-adds at the peak"));
      // The gradient of the weights takes as many again, and so does that of the inputs (not needed for the images).
      figures.push_back(
          against_peak(prefix + "_step", rate_of([&] { bench.step(); }, 0.5 * options.seconds), 3 * flops, peak,
                       "forward and backward on one thread against three times a forward pass's multiply-adds"));
      if (torch.is_present()) figures.push_back(against_torch(prefix, net, bench, torch, pool, options.seconds));
    }
  return figures;
}

Figure one_image_action(double seconds) {
  Parameters parameters;
  Rng rng(1);
  const BasicSequential<float> net(layers_of(small), builtin_layers<float>(),
                                   {parameters, rng, "net", {small.height, small.width, small.channels}, {}});
  const Linear head(parameters, "head", small.dense, 6, rng);
  Tape tape(TapeMode::infer);
  std::vector<uint8_t> frame(static_cast<size_t>(small.height * small.width * small.channels));
  for (uint8_t& byte : frame) byte = static_cast<uint8_t>(rng.uniform(0, 256));
  const double median = median_time_of(
      [&] {
        tape.rewind();
        head(net(pixels(tape, {1, small.height, small.width, small.channels}, frame.data(), "images")));
      },
      seconds);
  return {"one_image_action",
          median,
          "us",
          40,
          median / 40,
          "from the bytes of one frame of 64x64x3 to six actions through the small network, on one core; the median"};
}

}  // namespace sinew::bench
