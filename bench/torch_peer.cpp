#include "bench/torch_peer.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "envs/task/make_env.h"

namespace sinew::bench {
namespace {

using nlohmann::json;

std::vector<std::string> command_of(const std::string& python) {
  if (!python.empty()) return {python, sinew_home() + "/bench/peers/torch_peer.py"};
#ifdef SINEW_TORCH_PEER
  if (std::filesystem::exists(SINEW_TORCH_PEER)) return {SINEW_TORCH_PEER};
#endif
  return {};
}

// Freed memory is kept; otherwise each tensor of a megabyte would be mapped, cleared and unmapped in each step.
std::vector<std::string> environment_of(int threads, int blas_threads) {
  const std::string own = std::to_string(threads), blas = std::to_string(blas_threads);
  return {"MALLOC_MMAP_MAX_=0",     "MALLOC_TRIM_THRESHOLD_=4294967296", "OMP_NUM_THREADS=" + own,
          "MKL_NUM_THREADS=" + own, "OPENBLAS_NUM_THREADS=" + blas,      "LD_PRELOAD="};
}

}  // namespace

TorchPeer::TorchPeer(const std::string& python, int threads) {
  const std::vector<std::string> command = command_of(python);
  if (command.empty()) return;
  const auto add = [&](int own, int blas) {
    ways_.push_back({own, std::make_unique<PeerProcess>(command, environment_of(own, blas))});
  };
  add(1, 1);
  if (threads == 1) return;
  add(threads, 1);        // two pools would compete …
  add(threads, threads);  // … unless the products are all of the work
}

double TorchPeer::rate(const ConvNet& net, int threads, double seconds) {
  json layers = json::array();
  for (int i = 0; i < net.convolutions; ++i)
    layers.push_back({net.convolution[i].filters, net.convolution[i].kernel, net.convolution[i].stride});
  const json conv = {{"height", net.height}, {"width", net.width},     {"channels", net.channels},
                     {"batch", net.batch},   {"convolutions", layers}, {"dense", net.dense}};
  return best_rate(json{{"conv", conv}}.dump(), true, threads, seconds);
}

double TorchPeer::rate(const LstmNet& net, int threads, double seconds) {
  const json lstm = {{"units", net.units}, {"steps", net.steps}, {"batch", net.batch}};
  return best_rate(json{{"lstm", lstm}}.dump(), false, threads, seconds);
}

double TorchPeer::best_rate(const std::string& net, bool has_layouts, int threads, double seconds) {
  double best = 0;
  for (const Way& way : ways_) {
    if (way.threads > threads) continue;
    for (const bool channels_last : {false, true}) {
      if (channels_last && !has_layouts) continue;
      const json question = {
          {"net", json::parse(net)}, {"channels_last", channels_last}, {"threads", way.threads}, {"seconds", seconds}};
      const json answer = json::parse(way.process->ask(question.dump()), nullptr, false);
      if (!answer.is_object() || !answer.contains("rate")) fail("the PyTorch beside us does not answer as it should");
      best = std::max(best, answer.at("rate").get<double>());
      version_ = answer.value("version", "PyTorch");
    }
  }
  return best;
}

}  // namespace sinew::bench
