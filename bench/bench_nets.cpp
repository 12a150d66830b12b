#include <algorithm>

#include "bench/bench.h"
#include "bench/bench_images.h"
#include "bench/bench_recurrent.h"
#include "bench/torch_peer.h"
#include "core/log.h"
#include "nets/kernels/gemm.h"
#include "nets/layers/linear.h"
#include "nets/policy/policy.h"
#include "nets/tape/optimizer.h"

namespace sinew::bench {
namespace {

InterfaceSpec cheetah_like() {
  InterfaceSpec spec;
  spec.sensors.push_back({.name = "state", .shape = {17}});
  spec.actions.parts.push_back(
      {.name = "actuators", .low = std::vector<double>(6, -1.0), .high = std::vector<double>(6, 1.0)});
  return spec;
}

NetworkConfig two_layers_of_64() {
  const std::string text = "{actor: [{linear: 64}, tanh, {linear: 64}, tanh], critic: []}";
  return read_config<NetworkConfig>(ConfigNode::parse_text(text, "bench"));
}

std::vector<float> normals(size_t count) {
  Rng rng(7);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(rng.normal());
  return values;
}

Figure one_action(double seconds) {
  const LayerTable<float> layers = builtin_layers<float>();
  Policy policy(cheetah_like(), two_layers_of_64(), layers, Rng(1));
  policy.update_normalizers(normals(17 * 100));
  PolicyRunner runner(policy);
  const std::vector<float> observation = normals(17);
  std::vector<float> action(6);
  const uint8_t reset_mask = 0;
  const double rate = rate_of([&] { runner.act(observation, {}, {&reset_mask, 1}, action); }, seconds);
  return {"one_action",
          1e6 / rate,
          "us",
          0.5,
          1e6 / rate / 0.5,
          "PolicyRunner::act of a 17-64-64-6 tanh policy on one observation, normaliser and action map included"};
}

Figure training_step(double seconds) {
  constexpr int batch = 64;
  Rng rng(3);
  Parameters parameters;
  Linear first(parameters, "first", 17, 64, rng), second(parameters, "second", 64, 64, rng),
      head(parameters, "head", 64, 6, rng);
  first.fuse(Activation::tanh);
  second.fuse(Activation::tanh);
  Adam adam(parameters);
  Tape tape;
  std::vector<float> gradients = parameters.make_gradients();
  const std::vector<float> inputs = normals(batch * 17), targets = normals(batch * 6);
  const double rate = rate_of(
      [&] {
        std::ranges::fill(gradients, 0.0f);
        tape.rewind();
        const Tensor y = head(second(first(tape.view({batch, 17}, inputs.data()))));
        tape.backward(mean(square(y - tape.view({batch, 6}, targets.data()))), {{&parameters, gradients}});
        adam.step(gradients, 1e-5);
      },
      seconds);
  return {"training_step",
          1e6 / rate,
          "us",
          40,
          1e6 / rate / 40,
          "forward, backward and Adam of 17-64-64-6 tanh at batch 64 on one thread"};
}

Figure gemm_shape(int m, int k, int n, double peak, double seconds) {
  const std::vector<float> a = normals(static_cast<size_t>(m) * k), b = normals(static_cast<size_t>(k) * n);
  std::vector<float> c(static_cast<size_t>(m) * n);
  const double rate = rate_of(
      [&] {
        gemm<float>({.m = m,
                     .n = n,
                     .k = k,
                     .a = a.data(),
                     .a_row = k,
                     .a_col = 1,
                     .b = b.data(),
                     .b_row = n,
                     .c = c.data(),
                     .c_row = n});
      },
      seconds);
  const double flops = 2.0 * m * k * n * rate;
  return {"gemm_" + std::to_string(m) + "x" + std::to_string(k) + "x" + std::to_string(n),
          flops * 1e-9,
          "GFLOP/s",
          peak * 1e-9,
          flops / peak,
          "float32 GEMM on one thread against the multiply-add peak of one core"};
}

}  // namespace

std::vector<Figure> bench_nets(const Options& options) {
  const double peak = peak_flops();
  std::vector<Figure> figures;
  figures.push_back({"peak", peak * 1e-9, "GFLOP/s", reference_peak_flops * 1e-9, peak / reference_peak_flops,
                     "float32 multiply-adds in registers, one core, against the reference machine's"});
  for (Figure (*measure)(double) : {one_action, training_step, one_image_action, one_remembered_action}) {
    figures.push_back(measure(options.seconds));
    figures.push_back(scaled(figures.back(), figures.back().limit, figures.back().value * peak / reference_peak_flops));
  }
  constexpr int shapes[][3] = {{1, 64, 64},    {16, 64, 64},    {64, 64, 64},   {256, 256, 256},
                               {2048, 64, 64}, {64, 3136, 512}, {16, 256, 1024}};
  for (const auto& [m, k, n] : shapes) figures.push_back(gemm_shape(m, k, n, peak, 0.3 * options.seconds));
  TorchPeer torch(options.torch_python, 2);
  if (!torch.is_present())
    log_info(
        "PyTorch is not beside us in this run: name a Python that has it with --torch-python, or see packages.txt");
  std::ranges::move(image_figures(options, peak, torch), std::back_inserter(figures));
  std::ranges::move(recurrent_figures(options, peak, torch), std::back_inserter(figures));
  return figures;
}

}  // namespace sinew::bench
