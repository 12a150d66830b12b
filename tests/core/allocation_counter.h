#pragma once
#include <cstdint>

/// Proves that a path allocates nothing: a test program that has allocation_counter.cpp counts what it allocates.
namespace sinew {

/// Calls of malloc and its family by all threads, and so of operator new. Under a sanitizer, which owns malloc, those
/// of operator new alone.
int64_t allocations();

/// Those of the calling thread.
int64_t thread_allocations();

/// Calls of operator new by all threads: what a library in C allocates for itself is left out.
int64_t calls_of_new();

}  // namespace sinew
