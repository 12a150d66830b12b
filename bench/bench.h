#pragma once
#include <functional>
#include <string>
#include <vector>

/// Speed figures, each compared with a limit measured in the same process, or with a peer in a process of its own
/// (peer_process.h), in turns, so that machine drift and sharing affect both alike. A figure measured elsewhere does
/// not count as a peer.
namespace sinew::bench {

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  double limit = 0;  // the limit to compare with, in the same unit; 0: none
  double ratio = 0;  // value / limit, the median over interleaved rounds if both were measured
  std::string work;  // what was measured and compared
};

struct Options {
  int threads = 2;
  double seconds = 1;             // of measurement per candidate
  std::string torch_python = {};  // a Python with PyTorch; "": the program built with LibTorch, if any
};

struct Benchmark {
  std::string name;
  std::string help;
  std::function<std::vector<Figure>(const Options&)> run;
  std::string preload = {};  // a library to load before all others; "": none
};

/// envs, cameras, train, nets, checkpoints, link.
std::vector<Benchmark> benchmarks();

/// A candidate does some work and returns its rate, for example in env steps per second.
using Candidate = std::function<double()>;

struct Comparison {
  std::vector<double> medians;  // of each candidate's rate
  std::vector<double> ratios;   // median of candidate i's rate over candidate 0's of the same round
  double scaled = 0;            // median of the last candidate's rates, each times reference / peak right after it
};
/// Runs the candidates in turn, `rounds` times after one warm-up. threads: the number of threads of the last
/// candidate's work; its rates are scaled by the peak of that many threads (0: nothing is scaled).
Comparison interleave(const std::vector<Candidate>& candidates, int rounds, int threads = 0);

/// Repeats `work` for about `seconds` and returns its rate per second in the best of many short rounds, undisturbed by
/// other load on the machine; peak_flops() is measured the same way.
double rate_of(const std::function<void()>& work, double seconds);

/// The time of `work` in microseconds: the median of as many repetitions as fit into `seconds`, at least 100.
double median_time_of(const std::function<void()>& work, double seconds);

/// FLOP/s of register-only fused multiply-adds in float32, per thread while `threads` run: the present peak of this
/// machine, whose cores may share execution units.
double peak_flops(int threads = 1);
/// The same for the reference machine of the project's absolute figures, on one thread and on two.
inline constexpr double reference_peak_flops = 117e9;
/// A figure of the value expected on the reference machine, against the project's target.
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
