#pragma once
#include <atomic>
#include <cstdint>

namespace sinew {

/// Hands the latest value from one thread to one other: what is not fetched before the next one is published is gone.
/// Three slots change hands by one atomic exchange each way, so neither side ever waits for the other, and nothing is
/// allocated or locked. Whoever fetches sees all that the other thread did before it published.
template <class T>
class Mailbox {
 public:
  Mailbox() = default;
  /// Every slot begins as a copy of this one: vectors have their sizes and need not grow later.
  explicit Mailbox(const T& prototype) : slots_{{prototype}, {prototype}, {prototype}} {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// The producer's alone: what publish() will hand over. It holds some value that was published earlier, not always
  /// the last one, or the prototype.
  T& back() { return slots_[back_].value; }
  void publish() { back_ = middle_.exchange(back_ | fresh, std::memory_order_acq_rel) & index; }

  /// The consumer's alone: whether another value was published since the last call; front() is that one now.
  bool fetch() {
    if (!(middle_.load(std::memory_order_relaxed) & fresh)) return false;
    front_ = middle_.exchange(front_, std::memory_order_acq_rel) & index;
    return true;
  }
  /// The consumer's alone: what was fetched last; the prototype before that. Unchanged until the next fetch().
  const T& front() const { return slots_[front_].value; }

 private:
  static constexpr uint32_t index = 3, fresh = 4;  // of the word between the two: a slot, and whether it is news

  struct alignas(64) Slot {  // no cache line of two owners
    T value{};
  };
  Slot slots_[3];
  alignas(64) uint32_t back_ = 0;
  alignas(64) std::atomic<uint32_t> middle_{1};
  alignas(64) uint32_t front_ = 2;
};

}  // namespace sinew
