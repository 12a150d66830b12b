#pragma once
#include <atomic>
#include <cstdlib>
#include <new>

/// Counts every allocation of a test program that includes this, in one source file, so that it
/// can prove a path to allocate nothing.
namespace sinew {

inline std::atomic<long>& allocation_counter() {
  static std::atomic<long> count{0};
  return count;
}
inline long allocation_count() { return allocation_counter().load(); }

}  // namespace sinew

[[gnu::noinline]] void* operator new(size_t bytes) {
  ++sinew::allocation_counter();
  if (void* memory = std::malloc(bytes ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(size_t bytes, std::align_val_t alignment) {
  ++sinew::allocation_counter();
  const auto align = static_cast<size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (bytes + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
// By itself it calls the one above, but a sanitizer puts its own in its place.
[[gnu::noinline]] void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  ++sinew::allocation_counter();
  return std::malloc(bytes ? bytes : 1);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
