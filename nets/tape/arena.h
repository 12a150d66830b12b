#pragma once
#include <cstddef>
#include <memory>
#include <vector>

namespace sinew {

/// Bump-pointer memory that is released all at once. rewind() keeps it, joined into one chunk, so that a repeated
/// pattern of allocations costs no malloc after its first round.
class Arena {
 public:
  /// Uninitialised, aligned to a cache line.
  void* allocate(size_t bytes) {
    bytes = (bytes + alignment - 1) & ~(alignment - 1);
    if (used_ + bytes > capacity_) grow(bytes);
    void* p = current_ + used_;
    used_ += bytes;
    return p;
  }
  template <class T>
  T* allocate_array(size_t count) {
    return static_cast<T*>(allocate(count * sizeof(T)));
  }
  void rewind() {
    if (chunks_.size() > 1) join();
    used_ = 0;
  }

 private:
  static constexpr size_t alignment = 64;
  struct Free {
    void operator()(std::byte* p) const { ::operator delete(p, std::align_val_t{alignment}); }
  };
  using Chunk = std::unique_ptr<std::byte, Free>;

  void grow(size_t bytes);
  void join();
  void add_chunk(size_t bytes);

  std::vector<Chunk> chunks_;
  std::byte* current_ = nullptr;
  size_t used_ = 0, capacity_ = 0, total_ = 0;
};

}  // namespace sinew
