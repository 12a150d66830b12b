#include "core/memory.h"

#include <fstream>

#include "core/error.h"

namespace sinew {

std::optional<int64_t> available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string name, unit;
  int64_t kilobytes = 0;
  while (file >> name >> kilobytes && std::getline(file, unit))
    if (name == "MemAvailable:") return kilobytes * 1024;
  return std::nullopt;
}

void check_memory(const std::string& what, double bytes) {
  const std::optional<int64_t> available = available_memory();
  if (available && bytes > static_cast<double>(*available))
    fail("{} need {:.3g} GB of memory, and {:.3g} GB are free", what, bytes / 1e9,
         static_cast<double>(*available) / 1e9);
}

}  // namespace sinew
