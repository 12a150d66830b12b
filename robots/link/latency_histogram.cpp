#include "robots/link/latency_histogram.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace sinew {
namespace {

constexpr int mantissa_bits = 52, exponent_bias = 1023;  // of a double

// Only one thread writes, so no read-modify-write is needed.
template <class T>
void increase(std::atomic<T>& value, T by, std::memory_order order = std::memory_order_relaxed) {
  value.store(value.load(std::memory_order_relaxed) + by, order);
}

void raise(std::atomic<double>& value, double to) {
  if (to > value.load(std::memory_order_relaxed)) value.store(to, std::memory_order_relaxed);
}

}  // namespace

size_t LatencyHistogram::bucket_of(double seconds) {
  if (seconds < std::ldexp(1.0, lowest)) return 0;
  if (seconds >= std::ldexp(1.0, highest)) return bucket_count - 1;
  constexpr uint64_t first = uint64_t{exponent_bias + lowest} << bits;
  return static_cast<size_t>((std::bit_cast<uint64_t>(seconds) >> (mantissa_bits - bits)) - first) + 1;
}

double LatencyHistogram::upper_edge(size_t bucket) {
  if (bucket == bucket_count - 1) return HUGE_VAL;
  constexpr uint64_t first = uint64_t{exponent_bias + lowest} << bits;
  return std::bit_cast<double>((first + bucket) << (mantissa_bits - bits));
}

void LatencyHistogram::add(double seconds) {
  if (std::isnan(seconds)) return;
  seconds = std::max(seconds, 0.0);
  increase(buckets_[bucket_of(seconds)], uint64_t{1});
  increase(sum_, seconds);
  raise(max_, seconds);
  increase(count_, uint64_t{1}, std::memory_order_release);
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  uint64_t count = 0;
  for (size_t i = 0; i < bucket_count; ++i) {
    const uint64_t more = other.buckets_[i].load(std::memory_order_relaxed);
    increase(buckets_[i], more);
    count += more;
  }
  increase(sum_, other.sum_.load(std::memory_order_relaxed));
  raise(max_, other.max());
  increase(count_, count, std::memory_order_release);
}

void LatencyHistogram::reset() {
  count_.store(0, std::memory_order_relaxed);
  for (auto& bucket : buckets_) bucket.store(0, std::memory_order_relaxed);
  sum_.store(0, std::memory_order_relaxed);
  max_.store(0, std::memory_order_relaxed);
}

LatencyHistogram& LatencyHistogram::operator=(const LatencyHistogram& other) {
  if (this != &other) {
    reset();
    merge(other);
  }
  return *this;
}

double LatencyHistogram::mean() const {
  const uint64_t n = count();
  return n > 0 ? sum_.load(std::memory_order_relaxed) / static_cast<double>(n) : 0;
}

double LatencyHistogram::quantile(double p) const {
  const uint64_t n = count();
  const auto rank = std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(p * static_cast<double>(n))));
  uint64_t below = 0;
  for (size_t i = 0; i < bucket_count; ++i) {
    below += buckets_[i].load(std::memory_order_relaxed);
    if (below >= rank) return std::min(upper_edge(i), max());
  }
  return max();
}

std::string LatencyHistogram::text() const {
  if (count() == 0) return "nothing yet";
  return fmt::format("p50 {}, p99 {}, p99.9 {}, worst {}", duration_text(quantile(0.5)), duration_text(quantile(0.99)),
                     duration_text(quantile(0.999)), duration_text(max()));
}

std::vector<LatencyRow> LatencyHistogram::rows() const {
  std::vector<LatencyRow> rows = {{0, 1e-6, 0}};
  for (const double decade : {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0})
    for (const double high : {2, 5, 10}) rows.push_back({rows.back().high, high * decade, 0});
  rows.push_back({rows.back().high, HUGE_VAL, 0});
  auto row = rows.begin();
  for (size_t i = 0; i < bucket_count; ++i) {
    const double middle = i == 0 ? 0 : (upper_edge(i - 1) + upper_edge(i)) / 2;
    while (middle >= row->high && row + 1 != rows.end()) ++row;
    row->count += buckets_[i].load(std::memory_order_relaxed);
  }
  const auto empty = [](const LatencyRow& one) { return one.count == 0; };
  rows.erase(std::find_if_not(rows.rbegin(), rows.rend(), empty).base(), rows.end());
  rows.erase(rows.begin(), std::find_if_not(rows.begin(), rows.end(), empty));
  return rows;
}

std::string duration_text(double seconds) {
  const bool microseconds = seconds < 1e-4, whole_seconds = seconds >= 1;
  const double value = seconds * (microseconds ? 1e6 : whole_seconds ? 1 : 1e3);
  const int decimals = microseconds ? (value < 10 ? 1 : 0) : value < 10 ? 2 : value < 100 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, microseconds ? "µs" : whole_seconds ? "s" : "ms");
}

}  // namespace sinew
