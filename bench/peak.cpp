#include <algorithm>

#include "bench/bench.h"
#include "core/clock.h"
#include "core/thread_pool.h"
#include "nets/kernels/simd.h"

namespace sinew::bench {
namespace {

constexpr int chains = simd::vector_bytes == 64 ? 24 : 12;  // independent sums hide the latency
constexpr int64_t steps = 100000;                           // short enough for an uninterrupted round

// Works in registers only.
void multiply_and_add() {
  using Vec = simd::Vec<float>;
  Vec sum[chains] = {};
  Vec factor = simd::broadcast(0.999f), addend = simd::broadcast(0.001f);
  asm volatile("" : "+m"(factor), "+m"(addend));  // unknown to the compiler
  for (int64_t i = 0; i < steps; ++i)
#pragma GCC unroll 24
    for (int c = 0; c < chains; ++c) sum[c] = sum[c] * factor + addend;
  for (Vec& s : sum) asm volatile("" : : "m"(s));
}

}  // namespace

double peak_flops(int threads) {
  ThreadPool pool(threads);
  double best = 0;
  for (const Stopwatch all; all.seconds() < 0.3;) {  // long enough for the system to move each thread to its own core
    const Stopwatch watch;
    pool.parallel_for(threads, [](int) { multiply_and_add(); });
    best = std::max(best, 2.0 * steps * chains * simd::lanes<float> / watch.seconds());
  }
  return best;
}

}  // namespace sinew::bench
