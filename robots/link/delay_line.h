#pragma once
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace sinew {

/// Delivers items later than they were put in, each with its own delay, so that one may overtake another. Made for a
/// simulated link, which has few messages in flight.
template <class T>
class DelayLine {
 public:
  void put(double due, T item) { items_.push_back({due, std::move(item)}); }
  /// When the next item is due, s; infinity: none in flight.
  double next_due() const {
    double next = std::numeric_limits<double>::infinity();
    for (const Item& item : items_) next = std::min(next, item.due);
    return next;
  }
  /// Takes out the item that is due first, if it is due by now.
  std::optional<T> take(double now) {
    const auto first = std::ranges::min_element(items_, {}, &Item::due);
    if (first == items_.end() || first->due > now) return {};
    T item = std::move(first->item);
    items_.erase(first);
    return item;
  }
  void clear() { items_.clear(); }

 private:
  struct Item {
    double due;
    T item;
  };
  std::vector<Item> items_;
};

}  // namespace sinew
