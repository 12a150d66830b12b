#pragma once
#include <cstdint>

namespace sinew {

/// How often this program has asked for memory so far: operator new in all its forms and, where
/// glibc lets us stand before it, malloc and its family. A path that claims to allocate nothing
/// leaves this number as it was. Link allocation_counter.cpp.
int64_t allocations();

}  // namespace sinew
