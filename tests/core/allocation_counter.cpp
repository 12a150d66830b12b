#include "tests/core/allocation_counter.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

// initial-exec: the first access from a thread must not allocate.
struct Counter {
  std::atomic<int64_t> of_all{0};
  static thread_local int64_t of_thread __attribute__((tls_model("initial-exec")));
  void operator++() {
    of_all.fetch_add(1, std::memory_order_relaxed);
    ++of_thread;
  }
};
thread_local int64_t Counter::of_thread = 0;

Counter count;
std::atomic<int64_t> news{0};

}  // namespace

int64_t sinew::allocations() { return count.of_all; }
int64_t sinew::thread_allocations() { return count.of_thread; }
int64_t sinew::calls_of_new() { return news; }

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include "bench/count_malloc_internal.h"
static void count_new() { ++news; }
#else
static void count_new() {
  ++news;
  ++count;
}
#endif

static void* take_or_null(size_t size, size_t alignment) {
  count_new();
  const size_t rounded = (size + alignment - 1) / alignment * alignment;
  return std::aligned_alloc(alignment, rounded ? rounded : alignment);
}
static void* take(size_t size, size_t alignment) {
  if (void* p = take_or_null(size, alignment)) return p;
  throw std::bad_alloc();
}
constexpr size_t usual = alignof(std::max_align_t);

// Where they are inlined, GCC takes new and free for a pair that does not match.
#define SINEW_APART [[gnu::noinline]]
SINEW_APART void* operator new(size_t size) { return take(size, usual); }
SINEW_APART void* operator new[](size_t size) { return take(size, usual); }
SINEW_APART void* operator new(size_t size, std::align_val_t alignment) { return take(size, size_t(alignment)); }
SINEW_APART void* operator new[](size_t size, std::align_val_t alignment) { return take(size, size_t(alignment)); }
// By themselves these call the ones above, but a sanitizer puts its own in their place.
SINEW_APART void* operator new(size_t size, const std::nothrow_t&) noexcept { return take_or_null(size, usual); }
SINEW_APART void* operator new[](size_t size, const std::nothrow_t&) noexcept { return take_or_null(size, usual); }
SINEW_APART void operator delete(void* p) noexcept { std::free(p); }
SINEW_APART void operator delete[](void* p) noexcept { std::free(p); }
SINEW_APART void operator delete(void* p, size_t) noexcept { std::free(p); }
SINEW_APART void operator delete[](void* p, size_t) noexcept { std::free(p); }
SINEW_APART void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
SINEW_APART void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
SINEW_APART void operator delete(void* p, size_t, std::align_val_t) noexcept { std::free(p); }
SINEW_APART void operator delete[](void* p, size_t, std::align_val_t) noexcept { std::free(p); }
#undef SINEW_APART
