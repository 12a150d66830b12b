#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace sinew {

class StateArchive;

/// Philox-4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11).
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// A stream of random numbers: Philox with the seed as key and the block number as counter. Streams split by name and
/// index are independent: the draws of one env or purpose never depend on how much another has drawn, nor on the
/// threads. The whole state is a small trivially copyable struct.
class Rng {
 public:
  explicit Rng(uint64_t seed = 0) : key_(seed) {}

  /// An independent stream for `purpose` and `index`; does not advance this one.
  Rng split(std::string_view purpose, uint64_t index = 0) const;

  /// 32 uniform bits.
  uint32_t bits() {
    if (position_ == 4) refill();
    return block_[position_++];
  }
  /// In [0, 1), 53 bits.
  double uniform() {
    const uint64_t high = bits(), low = bits();
    return static_cast<double>((high << 32 | low) >> 11) * 0x1.0p-53;
  }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal (Box–Muller, both numbers of a pair used).
  double normal();
  /// In [0, n), unbiased; n > 0.
  uint32_t below(uint32_t n);

  void visit_state(StateArchive& archive);

 private:
  void compute_block(uint64_t counter);
  void refill();

  uint64_t key_;
  uint64_t counter_ = 0;  // of the next block
  std::array<uint32_t, 4> block_{};
  uint32_t position_ = 4;  // 4: the block is used up
  uint32_t has_spare_ = 0;
  double spare_ = 0;
};

/// Shuffles `values` (Fisher–Yates).
template <class Vector>
void shuffle(Vector& values, Rng& rng) {
  for (uint32_t i = static_cast<uint32_t>(values.size()); i > 1; --i) std::swap(values[i - 1], values[rng.below(i)]);
}

}  // namespace sinew
