#pragma once
#include <atomic>
#include <cstddef>
#include <vector>

namespace sinew {

/// What one thread tells another, nothing left out, in order: wait-free, for one thread that puts and one that takes.
/// Its places are made beforehand; an item is filled where it lies.
template <class T>
class Ring {
 public:
  explicit Ring(size_t places, const T& prototype = T()) : items_(places + 1, prototype) {}

  /// The place to fill, to be followed by push(); null: full.
  T* free_place() {
    const size_t end = end_.load(std::memory_order_relaxed);
    return next(end) == begin_.load(std::memory_order_acquire) ? nullptr : &items_[end];
  }
  void push() { end_.store(next(end_.load(std::memory_order_relaxed)), std::memory_order_release); }
  /// False: full, and the item is not in it.
  bool push(const T& item) {
    T* place = free_place();
    if (!place) return false;
    *place = item;
    push();
    return true;
  }

  /// The oldest item, to be followed by pop(); null: empty.
  T* front() {
    const size_t begin = begin_.load(std::memory_order_relaxed);
    return begin == end_.load(std::memory_order_acquire) ? nullptr : &items_[begin];
  }
  void pop() { begin_.store(next(begin_.load(std::memory_order_relaxed)), std::memory_order_release); }

 private:
  size_t next(size_t place) const { return place + 1 == items_.size() ? 0 : place + 1; }

  std::vector<T> items_;  // one is always free, so that full and empty differ
  std::atomic<size_t> begin_{0}, end_{0};
};

}  // namespace sinew
