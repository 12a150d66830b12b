#pragma once
#include <atomic>
#include <cstddef>
#include <vector>

namespace sinew {

/// A lossless wait-free queue from one producer thread to one consumer thread, in order. Its slots are allocated
/// beforehand, and items are filled in place.
template <class T>
class Ring {
 public:
  explicit Ring(size_t places, const T& prototype = T()) : items_(places + 1, prototype) {}

  /// The slot to fill, followed by push(); null: full.
  T* free_place() {
    const size_t end = end_.load(std::memory_order_relaxed);
    return next(end) == begin_.load(std::memory_order_acquire) ? nullptr : &items_[end];
  }
  void push() { end_.store(next(end_.load(std::memory_order_relaxed)), std::memory_order_release); }
  /// False: full, and the item was not added.
  bool push(const T& item) {
    T* place = free_place();
    if (!place) return false;
    *place = item;
    push();
    return true;
  }

  /// The oldest item, followed by pop(); null: empty.
  T* front() {
    const size_t begin = begin_.load(std::memory_order_relaxed);
    return begin == end_.load(std::memory_order_acquire) ? nullptr : &items_[begin];
  }
  void pop() { begin_.store(next(begin_.load(std::memory_order_relaxed)), std::memory_order_release); }

 private:
  size_t next(size_t place) const { return place + 1 == items_.size() ? 0 : place + 1; }

  std::vector<T> items_;  // one slot always stays free, to distinguish full from empty
  std::atomic<size_t> begin_{0}, end_{0};
};

}  // namespace sinew
