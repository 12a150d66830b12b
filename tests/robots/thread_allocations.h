#pragma once
#include <cstdint>

namespace sinew {

/// How often the thread that asks has asked for memory so far; under a sanitizer, which owns malloc, 0. Link
/// thread_allocations.cpp.
uint64_t thread_allocations();

}  // namespace sinew
