#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sinew {

/// How often a duration lay in [low, high), s.
struct LatencyRow {
  double low = 0, high = 0;
  uint64_t count = 0;
};

/// How long something took, over and over: a fixed number of buckets from 1 µs to 100 s, of which none is wider than
/// 0.8 % of its lower edge, and one each for what is shorter or longer. Nothing is allocated. One thread at a time
/// changes it; others may read it meanwhile, and of what is added just then may see a part.
class LatencyHistogram {
 public:
  LatencyHistogram() = default;
  /// What it holds at this moment.
  LatencyHistogram(const LatencyHistogram& other) { merge(other); }
  LatencyHistogram& operator=(const LatencyHistogram& other);

  /// What is below zero counts as zero: clocks of two machines differ. NaN is left out.
  void add(double seconds);
  /// Adds what another one holds.
  void merge(const LatencyHistogram& other);
  void reset();

  uint64_t count() const { return count_.load(std::memory_order_acquire); }
  /// s; 0 when there is nothing yet.
  double mean() const;
  double max() const { return max_.load(std::memory_order_relaxed); }
  /// The shortest duration, s, that at least the share p of all do not exceed: p 0.5 is the median. At most 0.8 % above
  /// the true one, and never above max(); what is shorter than 1 µs counts as 1 µs. p: 0 to 1.
  double quantile(double p) const;

  /// "p50 0.21 ms, p99 0.40 ms, p99.9 1.20 ms, worst 3.41 ms", or "nothing yet".
  std::string text() const;
  /// For a picture: rows of 1, 2, 5, 10, 20, 50, … µs from the first that has any to the last. A bucket that an edge
  /// cuts counts in the row of its middle.
  std::vector<LatencyRow> rows() const;

 private:
  // A bucket is what the exponent and the first seven bits of the mantissa of a double say: an octave has 128 of them,
  // each as wide as the next.
  static constexpr int bits = 7, lowest = -20, highest = 7;  // 2^-20 s = 0.95 µs, 2^7 s = 128 s
  static constexpr size_t bucket_count = (size_t{highest - lowest} << bits) + 2;
  static size_t bucket_of(double seconds);
  static double upper_edge(size_t bucket);

  std::array<std::atomic<uint64_t>, bucket_count> buckets_{};
  std::atomic<uint64_t> count_{0};  // written last: whoever reads it finds as many in the buckets
  std::atomic<double> sum_{0}, max_{0};
};

/// "83 µs", "0.21 ms", "21.0 ms", "1.50 s".
std::string duration_text(double seconds);

}  // namespace sinew
