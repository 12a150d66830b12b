#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace sinew {

/// Bytes that this program could be given now: what the computer has left (/proc/meminfo's MemAvailable), and no more
/// than what the limits of the control groups leave that it is in, those of a container for example (versions 1 and 2,
/// each group and those around it). Nothing where the system does not say. In tests, `root` holds proc/ and sys/.
std::optional<int64_t> available_memory(const std::string& root = "");

/// Throws an Error, "what needs 12.3 GB of memory, and 4.2 GB are free", when `bytes` are more than there are.
/// Better refused before a run than killed amid it.
void check_memory(const std::string& what, double bytes);

}  // namespace sinew
