#include "bench/bench.h"

#include <algorithm>

#include "core/clock.h"

namespace sinew::bench {
namespace {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

std::vector<Benchmark> benchmarks() {
  return {
      {"envs", "stepping vectorised envs, against a bare loop of mj_step on the same threads", bench_envs},
      {"train", "whole training iterations, against bare physics", bench_train},
      {"nets", "inference, training steps, GEMM and convolutions, against the peak of this machine and PyTorch",
       bench_nets},
      {"cameras", "camera frames inside vectorised envs, against bare stepping and rendering", bench_cameras},
      {"checkpoints", "a training run with checkpoints, against one without", bench_checkpoints},
      {"link", "a policy's actions at a robot, against ZeroMQ and the scheduler alone; cameras", bench_link,
       SINEW_ALLOCATION_COUNTER},
  };
}

Comparison interleave(const std::vector<Candidate>& candidates, int rounds, int threads) {
  std::vector<std::vector<double>> rates(candidates.size()), ratios(candidates.size());
  std::vector<double> scaled_rates;
  for (int round = -1; round < rounds; ++round)
    for (size_t i = 0; i < candidates.size(); ++i) {
      const double rate = candidates[i]();
      if (round < 0) continue;
      rates[i].push_back(rate);
      ratios[i].push_back(rate / rates[0].back());
      if (threads > 0 && i + 1 == candidates.size())
        scaled_rates.push_back(rate * reference_peak_flops / peak_flops(threads));
    }
  Comparison result;
  if (threads > 0) result.scaled = median(scaled_rates);
  for (size_t i = 0; i < candidates.size(); ++i) {
    result.medians.push_back(median(rates[i]));
    result.ratios.push_back(median(ratios[i]));
  }
  return result;
}

double rate_of(const std::function<void()>& work, double seconds) {
  constexpr int rounds = 200;
  int64_t repeats = 1;
  double best = 0;
  for (int round = 0; round < rounds;) {
    const Stopwatch watch;
    for (int64_t i = 0; i < repeats; ++i) work();
    const double spent = std::max(watch.seconds(), 1e-9), rate = static_cast<double>(repeats) / spent;
    if (spent < 0.5 * seconds / rounds) {
      repeats = std::max(2 * repeats, static_cast<int64_t>(rate * seconds / rounds));
    } else {
      best = std::max(best, rate);
      ++round;
    }
  }
  return best;
}

double median_time_of(const std::function<void()>& work, double seconds) {
  std::vector<double> times;
  for (const Stopwatch watch; watch.seconds() < seconds || times.size() < 100;) {
    const Stopwatch one;
    work();
    times.push_back(1e6 * one.seconds());
  }
  return median(std::move(times));
}

Figure scaled(const Figure& figure, double target, double value) {
  Figure result = figure;
  result.name += "_scaled";
  result.value = value;
  result.limit = target;
  result.ratio = value / target;
  result.work =
      "the same, scaled by the reference machine's multiply-add peak over today's on as many threads, against the "
      "project's target";
  return result;
}

}  // namespace sinew::bench
