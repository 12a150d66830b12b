// Counts what each thread allocates, for `sinew bench link`, which loads it before everything else (LD_PRELOAD). glibc
// keeps its own functions under a second name.
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace {
thread_local uint64_t count __attribute__((tls_model("initial-exec"))) = 0;
}

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

uint64_t sinew_thread_allocations() { return count; }

void* malloc(size_t size) {
  ++count;
  return __libc_malloc(size);
}
void* calloc(size_t n, size_t size) {
  ++count;
  return __libc_calloc(n, size);
}
void* realloc(void* p, size_t size) {
  ++count;
  return __libc_realloc(p, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** p, size_t alignment, size_t size) {
  ++count;
  *p = __libc_memalign(alignment, size);
  return *p ? 0 : ENOMEM;
}
}
