#pragma once
#include <atomic>
#include <cstdint>

namespace sinew {

/// Passes the latest value from one thread to one other; a value that is not fetched before the next is published is
/// lost. Three slots change hands by one atomic exchange each way, so neither side ever waits for the other, and
/// nothing is allocated or locked. The consumer sees everything that the producer did before publishing.
template <class T>
class Mailbox {
 public:
  Mailbox() = default;
  /// Every slot starts as a copy of this prototype: vectors have their sizes and need not grow later.
  explicit Mailbox(const T& prototype) : slots_{{prototype}, {prototype}, {prototype}} {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// For the producer only: the value that publish() will hand over. It holds the prototype or some earlier value, not
  /// always the last one.
  T& back() { return slots_[back_].value; }
  void publish() { back_ = middle_.exchange(back_ | fresh, std::memory_order_acq_rel) & index; }

  /// For the consumer only: whether another value was published since the last call; if so, front() is now that value.
  bool fetch() {
    if (!(middle_.load(std::memory_order_relaxed) & fresh)) return false;
    front_ = middle_.exchange(front_, std::memory_order_acq_rel) & index;
    return true;
  }
  /// For the consumer only: the last fetched value; before that, the prototype. Unchanged until the next fetch().
  const T& front() const { return slots_[front_].value; }

 private:
  static constexpr uint32_t index = 3, fresh = 4;  // parts of the shared word: a slot's index, and whether it is fresh

  struct alignas(64) Slot {  // two owners never share a cache line
    T value{};
  };
  Slot slots_[3];
  alignas(64) uint32_t back_ = 0;
  alignas(64) std::atomic<uint32_t> middle_{1};
  alignas(64) uint32_t front_ = 2;
};

}  // namespace sinew
