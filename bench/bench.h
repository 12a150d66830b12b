#pragma once
#include <functional>
#include <string>
#include <vector>

/// Figures of speed, each beside a limit measured in the same process, or a peer in one of its own (peer_process.h),
/// in turns: a machine that drifts or is shared changes both alike. What was measured elsewhere is no peer.
namespace sinew::bench {

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  double limit = 0;  // what it is held against, in the same unit; 0: nothing
  double ratio = 0;  // value / limit, the median over interleaved rounds where both were measured
  std::string work;  // what was measured against what
};

struct Options {
  int threads = 2;
  double seconds = 1;             // of measuring per candidate
  std::string torch_python = {};  // a Python that has PyTorch; "": the program that was built with LibTorch, if any
};

struct Benchmark {
  std::string name;
  std::string help;
  std::function<std::vector<Figure>(const Options&)> run;
  std::string preload = {};  // a library that wants to be loaded before all others; "": none
};

/// envs, cameras, train, nets, checkpoints, link.
std::vector<Benchmark> benchmarks();

/// A candidate does some work and returns its rate, for example env steps per second.
using Candidate = std::function<double()>;

struct Comparison {
  std::vector<double> medians;  // of each candidate's rate
  std::vector<double> ratios;   // median of candidate i's rate over candidate 0's of the same round
  double scaled = 0;            // median of the last one's rates, each times reference / peak right after it
};
/// Runs the candidates in turn, `rounds` times after one warm-up. threads: of the last candidate's work, whose rates
/// are scaled by the peak of as many threads (0: nothing is scaled).
Comparison interleave(const std::vector<Candidate>& candidates, int rounds, int threads = 0);

/// Repeats `work` for about `seconds` and returns how often per second it ran in the best of many short
/// rounds, undisturbed by what else the machine does; peak_flops() is taken likewise.
double rate_of(const std::function<void()>& work, double seconds);

/// Microseconds that `work` takes, the median of as many times as fit into `seconds`, and of 100 at least.
double median_time_of(const std::function<void()>& work, double seconds);

/// FLOP/s of register-only fused multiply-adds in float32, of one thread while so many run: the peak of this machine
/// now, whose cores may share what they compute with.
double peak_flops(int threads = 1);
/// Likewise of the machine whose absolute figures the project is held to, on one thread and on two.
inline constexpr double reference_peak_flops = 117e9;
/// A figure that says what the value would be on that machine, against the project's target.
Figure scaled(const Figure& figure, double target, double value);

std::vector<Figure> bench_envs(const Options& options);
std::vector<Figure> bench_train(const Options& options);
std::vector<Figure> bench_nets(const Options& options);
std::vector<Figure> bench_cameras(const Options& options);
/// Parts of bench_train.
std::vector<Figure> bench_pixels(const Options& options);
Figure bench_bookkeeping();
std::vector<Figure> bench_checkpoints(const Options& options);
std::vector<Figure> bench_link(const Options& options);

}  // namespace sinew::bench
