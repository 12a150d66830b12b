// Counts each thread's allocations for `sinew bench link`, which loads this library before all others (LD_PRELOAD).
#include <cstdint>

namespace {
thread_local uint64_t count __attribute__((tls_model("initial-exec"))) = 0;
}

#include "bench/count_malloc_internal.h"

extern "C" uint64_t sinew_thread_allocations() { return count; }
