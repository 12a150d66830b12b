#pragma once
#include <optional>

#include "core/config.h"
#include "core/random.h"

namespace sinew {

/// `[low, high]` in the YAML, from which a number is drawn uniformly; a single number is both ends.
struct DrawRange {
  double low = 0, high = 0;
  double draw(Rng& rng) const { return rng.uniform(low, high); }
};

inline void read_value(const ConfigNode& node, DrawRange& range) {
  if (!node.is_list()) {
    range.low = range.high = node.number();
    return;
  }
  if (node.items().size() != 2) throw node.error("a range is two numbers, [low, high]");
  range = {node.items()[0].number(), node.items()[1].number()};
  if (range.low > range.high) throw node.error(fmt::format("low is {}, above high, {}", range.low, range.high));
}

inline ConfigNode write_value(const DrawRange& range) { return write_value(std::vector{range.low, range.high}); }

inline void check_range(const ConfigNode& node, const DrawRange& value, const Range& allowed) {
  if (node.is_list())
    check_range(node, std::vector{value.low, value.high}, allowed);
  else
    check_range(node, value.low, allowed);
}
inline void check_range(const ConfigNode& node, const std::optional<DrawRange>& value, const Range& allowed) {
  if (value) check_range(node, *value, allowed);
}

}  // namespace sinew
