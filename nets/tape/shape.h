#pragma once
#include <array>
#include <cassert>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace sinew {

/// The extents of a dense, row-major array of rank 0 (a scalar) to 4. An extent may be 0.
class Shape {
 public:
  static constexpr int max_rank = 4;

  Shape() = default;
  Shape(std::initializer_list<int> extents) {
    assert(extents.size() <= max_rank);
    for (const int extent : extents) append(extent);
  }

  int rank() const { return rank_; }
  /// Extent of an axis; a negative axis counts from the end.
  int operator[](int axis) const { return extents_[axis < 0 ? axis + rank_ : axis]; }
  int64_t size() const {
    int64_t size = 1;
    for (int i = 0; i < rank_; ++i) size *= extents_[i];
    return size;
  }
  /// The last extent (1 for a scalar), and the number of rows of that length.
  int columns() const { return rank_ == 0 ? 1 : extents_[rank_ - 1]; }
  int rows() const {
    int rows = 1;
    for (int i = 0; i + 1 < rank_; ++i) rows *= extents_[i];
    return rows;
  }
  void append(int extent) { extents_[rank_++] = extent; }
  Shape with(int axis, int extent) const {
    Shape shape = *this;
    shape.extents_[axis < 0 ? axis + rank_ : axis] = extent;
    return shape;
  }
  bool operator==(const Shape& other) const {
    if (rank_ != other.rank_) return false;
    for (int i = 0; i < rank_; ++i)
      if (extents_[i] != other.extents_[i]) return false;
    return true;
  }
  /// "[64, 17]".
  std::string text() const;

 private:
  int rank_ = 0;
  std::array<int, max_rank> extents_{};
};

}  // namespace sinew
