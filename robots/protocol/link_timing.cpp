#include "robots/protocol/link_timing.h"

#include <fmt/core.h>

#include <cmath>
#include <utility>
#include <vector>

namespace sinew {
namespace {

struct TimeList {
  std::vector<std::pair<const char*, double>> times;
  void required(const char* key, double value) { times.emplace_back(key, value); }
};

TimeList list_of(LinkTiming timing) {
  TimeList list;
  timing.visit(list);
  return list;
}

}  // namespace

std::string first_difference(LinkTiming ours, LinkTiming theirs, const std::string& us, const std::string& them) {
  const TimeList mine = list_of(ours), other = list_of(theirs);
  for (size_t i = 0; i < mine.times.size(); ++i) {
    const auto [key, value] = mine.times[i];
    const double their_value = other.times[i].second;
    if (!(std::abs(value - their_value) <= 1e-6 * std::abs(value)))  // NaN counts as different, too
      return fmt::format("{} is {} s in {}, {} s in {}", key, value, us, their_value, them);
  }
  return "";
}

}  // namespace sinew
