#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace sinew {

/// Bytes of memory that this program could still get: the computer's free memory (/proc/meminfo's MemAvailable),
/// limited by what is left in its control groups, those of a container for example (versions 1 and 2, each group and
/// its ancestors). Empty where the system does not report it. In tests, `root` contains proc/ and sys/.
std::optional<int64_t> available_memory(const std::string& root = "");

/// Throws an Error, "what needs 12.3 GB of memory, and 4.2 GB are free", when `bytes` exceed the available memory.
/// Refusing a run at its start is better than having it killed midway.
void check_memory(const std::string& what, double bytes);

}  // namespace sinew
