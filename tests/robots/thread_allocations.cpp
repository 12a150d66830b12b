#include "tests/robots/thread_allocations.h"

namespace {
thread_local uint64_t count __attribute__((tls_model("initial-exec"))) = 0;
}

uint64_t sinew::thread_allocations() { return count; }

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include "bench/count_malloc_internal.h"
#endif
