#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sinew {

/// How many durations were in [low, high), s.
struct LatencyRow {
  double low = 0, high = 0;
  uint64_t count = 0;
};

/// A histogram of durations: a fixed number of buckets from 1 µs to 100 s, none wider than 0.8 % of its lower edge, and
/// one bucket each for shorter and longer durations. Allocates nothing. One thread at a time may change it; others may
/// read it meanwhile, and may then see part of a concurrent change.
class LatencyHistogram {
 public:
  LatencyHistogram() = default;
  /// A copy of the current content.
  LatencyHistogram(const LatencyHistogram& other) { merge(other); }
  LatencyHistogram& operator=(const LatencyHistogram& other);

  /// Negative durations count as zero, because the clocks of two machines differ. NaN is ignored.
  void add(double seconds);
  /// Adds another histogram's content.
  void merge(const LatencyHistogram& other);
  void reset();

  uint64_t count() const { return count_.load(std::memory_order_acquire); }
  /// s; 0 if empty.
  double mean() const;
  double max() const { return max_.load(std::memory_order_relaxed); }
  /// The shortest duration, s, that at least the share p of all durations do not exceed; p = 0.5 is the median. At most
  /// 0.8 % above the true value, and never above max(); durations below 1 µs count as 1 µs. p: 0 to 1.
  double quantile(double p) const;

  /// "p50 0.21 ms, p99 0.40 ms, p99.9 1.20 ms, worst 3.41 ms", or "nothing yet".
  std::string text() const;
  /// For a chart: rows of 1, 2, 5, 10, 20, 50, … µs from the first non-empty one to the last. A bucket that spans an
  /// edge counts in the row of its middle.
  std::vector<LatencyRow> rows() const;

 private:
  // The exponent and the first seven mantissa bits of a double select a bucket: an octave has 128 buckets of equal
  // width.
  static constexpr int bits = 7, lowest = -20, highest = 7;  // 2^-20 s = 0.95 µs, 2^7 s = 128 s
  static constexpr size_t bucket_count = (size_t{highest - lowest} << bits) + 2;
  static size_t bucket_of(double seconds);
  static double upper_edge(size_t bucket);

  std::array<std::atomic<uint64_t>, bucket_count> buckets_{};
  std::atomic<uint64_t> count_{0};  // written last, so that a reader finds at least as many in the buckets
  std::atomic<double> sum_{0}, max_{0};
};

/// "83 µs", "0.21 ms", "21.0 ms", "1.50 s".
std::string duration_text(double seconds);

}  // namespace sinew
