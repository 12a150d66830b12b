#include "core/memory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

#include "core/error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// The number behind a name, as in /proc/meminfo and memory.stat.
std::optional<int64_t> number_of(const fs::path& file, const std::string& name) {
  std::ifstream lines(file);
  std::string word, rest;
  int64_t value = 0;
  while (lines >> word >> value) {
    if (word == name) return value;
    std::getline(lines, rest);
  }
  return std::nullopt;
}

// The number in a file that contains only a number. None for "max", and for more memory than any computer has.
std::optional<int64_t> number_in(const fs::path& file) {
  int64_t value = 0;
  if (!(std::ifstream(file) >> value) || value > std::numeric_limits<int64_t>::max() / 4) return std::nullopt;
  return value;
}

// A version of control groups: where its groups are mounted, and the file names in each.
struct ControlGroups {
  const char *mount, *limit, *usage, *reclaimable;
};
constexpr ControlGroups version_1{"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
                                  "total_inactive_file"};
constexpr ControlGroups version_2{"sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"};

// The memory left under a group's limit. Unused file cache would be reclaimed, so it counts as left.
std::optional<int64_t> left_in(const fs::path& group, const ControlGroups& version) {
  const std::optional<int64_t> limit = number_in(group / version.limit), usage = number_in(group / version.usage);
  if (!limit) return std::nullopt;
  const int64_t used = usage.value_or(0) - number_of(group / "memory.stat", version.reclaimable).value_or(0);
  return std::max<int64_t>(0, *limit - std::max<int64_t>(0, used));
}

void take_less(std::optional<int64_t>& least, std::optional<int64_t> value) {
  if (value && (!least || *value < *least)) least = value;
}

// The least memory left in the group and its ancestors. In a container the path may be the one outside, which does not
// exist inside; the mounted folder then is the container's own group, and the walk ends there.
std::optional<int64_t> left_up_from(const fs::path& mount, const fs::path& path, const ControlGroups& version) {
  std::optional<int64_t> least;
  for (fs::path group = path.relative_path(); !group.empty(); group = group.parent_path())
    take_less(least, left_in(mount / group, version));
  take_less(least, left_in(mount, version));
  return least;
}

// A line of /proc/self/cgroup is "0::/path" in version 2, "4:cpu,memory:/path" in version 1.
std::optional<int64_t> left_by_groups(const fs::path& root) {
  std::ifstream lines(root / "proc/self/cgroup");
  std::optional<int64_t> least;
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",",
                      path = line.substr(second + 1);
    if (controllers == ",,") take_less(least, left_up_from(root / version_2.mount, path, version_2));
    if (controllers.find(",memory,") != std::string::npos)
      take_less(least, left_up_from(root / version_1.mount, path, version_1));
  }
  return least;
}

}  // namespace

std::optional<int64_t> available_memory(const std::string& root) {
  const fs::path folder = root + "/";
  std::optional<int64_t> least = left_by_groups(folder);
  if (const auto kilobytes = number_of(folder / "proc/meminfo", "MemAvailable:")) take_less(least, *kilobytes * 1024);
  return least;
}

void check_memory(const std::string& what, double bytes) {
  const std::optional<int64_t> available = available_memory();
  if (available && bytes > static_cast<double>(*available))
    fail("{} need {:.3g} GB of memory, and {:.3g} GB are free", what, bytes / 1e9,
         static_cast<double>(*available) / 1e9);
}

}  // namespace sinew
