#pragma once
#include "nets/kernels/simd.h"
#include "nets/ops/ops.h"

/// Helpers shared by the files that implement operations.
namespace sinew::internal {

/// `count` <= lanes elements from `begin`, in any array that a loop uses.
template <class T>
struct Block {
  int64_t begin;
  int count;
  simd::Vec<T> load(const T* p) const {
    return count == simd::lanes<T> ? simd::load(p + begin) : simd::load_partial(p + begin, count);
  }
  void store(T* p, simd::Vec<T> v) const {
    if (count == simd::lanes<T>)
      simd::store(p + begin, v);
    else
      simd::store_partial(p + begin, v, count);
  }
  void put(const GradientSink<T>& sink, simd::Vec<T> v) const {
    store(sink.data, sink.fresh ? v : load(sink.data) + v);
  }
};

/// Calls body(Block) over [0, n).
template <class T, class Body>
inline void for_blocks(int64_t n, Body&& body) {
  int64_t i = 0;
  for (; i + simd::lanes<T> <= n; i += simd::lanes<T>) body(Block<T>{i, simd::lanes<T>});
  if (i < n) body(Block<T>{i, static_cast<int>(n - i)});
}

template <class T>
inline T sum_lanes(simd::Vec<T> v) {
  T total = 0;
  for (int i = 0; i < simd::lanes<T>; ++i) total += v[i];
  return total;
}

/// Σ body(Block) over [0, n), a vector of partial sums first: the order depends only on n. Lanes beyond a block's count
/// must be zero.
template <class T, class Body>
inline T sum_blocks(int64_t n, Body&& body) {
  simd::Vec<T> total{};
  for_blocks<T>(n, [&](const Block<T>& block) { total += body(block); });
  return sum_lanes<T>(total);
}

/// "layer 'actor.0': affine: <message>".
template <class T>
[[noreturn]] void shape_error(const BasicTape<T>& tape, const char* operation, const std::string& message) {
  if (*tape.scope()) fail("layer '{}': {}: {}", tape.scope(), operation, message);
  fail("{}: {}", operation, message);
}

}  // namespace sinew::internal
