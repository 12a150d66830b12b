#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace sinew {

/// Bytes that this computer could give to programs now (/proc/meminfo's MemAvailable); nothing where it does
/// not say.
std::optional<int64_t> available_memory();

/// Throws an Error, "what needs 12.3 GB of memory, and 4.2 GB are free", when `bytes` are more than there are.
/// Better refused before a run than killed amid it.
void check_memory(const std::string& what, double bytes);

}  // namespace sinew
