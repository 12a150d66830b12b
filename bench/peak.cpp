#include "bench/bench.h"
#include "core/clock.h"
#include "nets/kernels/simd.h"

namespace sinew::bench {

double peak_flops() {
  using Vec = simd::Vec<float>;
  constexpr int chains = simd::vector_bytes == 64 ? 24 : 12;  // independent sums hide the latency
  Vec sum[chains] = {};
  Vec factor = simd::broadcast(0.999f), addend = simd::broadcast(0.001f);
  asm volatile("" : "+m"(factor), "+m"(addend));  // unknown to the compiler
  constexpr int64_t steps = 50000;  // short enough for a round that nobody interrupts
  double best = 0;
  for (int round = 0; round < 200; ++round) {
    const Stopwatch watch;
    for (int64_t i = 0; i < steps; ++i)
#pragma GCC unroll 24
      for (int c = 0; c < chains; ++c) sum[c] = sum[c] * factor + addend;
    const double seconds = watch.seconds();
    best = std::max(best, 2.0 * steps * chains * simd::lanes<float> / seconds);
  }
  for (Vec& s : sum) asm volatile("" : : "m"(s));
  return best;
}

}  // namespace sinew::bench
