#pragma once
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nets/tape/aligned_vector.h"
#include "nets/tape/shape.h"

namespace sinew {

template <class T>
class BasicParameters;

/// A learnable array, or a statistic stored beside those: a name, a shape, and a place in its set's flat buffer. It has
/// no tape and no gradient: a tape makes a leaf of it, and gradients are flat buffers laid out like the set.
template <class T>
struct BasicParameter {
  std::string name;
  Shape shape;
  int64_t offset = 0;  // in the set's flat buffer
  int index = 0;       // in the set's list
  BasicParameters<T>* set = nullptr;
  bool is_statistic = false;  // computed from data: it has no gradient, and optimisers skip it

  std::span<T> values() const { return {set->values().data() + offset, static_cast<size_t>(shape.size())}; }
};

/// The places [begin, end) of a set's flat buffer.
struct ParameterRange {
  int64_t begin = 0, end = std::numeric_limits<int64_t>::max();
  int64_t size() const { return end - begin; }
  bool operator==(const ParameterRange&) const = default;
};

/// All parameters of a network, in the order they were added, in one flat buffer, which an optimiser, a gradient sum
/// over shards (later over machines), a hash and a file traverse.
template <class T>
class BasicParameters {
 public:
  explicit BasicParameters(int64_t most = int64_t{1} << 28) : most_(most) {}
  BasicParameters(const BasicParameters&) = delete;
  BasicParameters& operator=(const BasicParameters&) = delete;

  /// Adds one, all zeros. The reference stays valid; spans of values() do not. Names are unique. Throws Error when
  /// there are more numbers than the set may have, so that a misread network cannot take all memory.
  BasicParameter<T>& add(std::string name, Shape shape);
  /// The same for a statistic.
  BasicParameter<T>& add_statistic(std::string name, Shape shape);
  /// The same with `value` in all places.
  BasicParameter<T>& add_filled(std::string name, Shape shape, T value);
  BasicParameter<T>* find(std::string_view name);

  int64_t size() const { return static_cast<int64_t>(values_.size()); }
  std::span<T> values() { return values_; }
  std::span<const T> values() const { return values_; }
  const std::deque<BasicParameter<T>>& list() const { return list_; }
  std::vector<T> make_gradients() const { return std::vector<T>(values_.size()); }

 private:
  std::deque<BasicParameter<T>> list_;
  AlignedVector<T> values_;
  int64_t most_;
};

using Parameter = BasicParameter<float>;
using Parameters = BasicParameters<float>;

}  // namespace sinew
