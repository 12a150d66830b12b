#include "envs/terms/growth.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sinew {
namespace {

using About = Growth::About;

double neutral(About about) { return about == About::one ? 1 : 0; }

double grown_number(double x, const Growth& growth, double strength) {
  const double result = growth.about == About::one ? std::pow(x, strength) : x * strength;
  return std::clamp(result, growth.limits.low, growth.limits.high) + 0.0;  // no -0
}

// A number, a range, or one number for each axis.
ConfigNode grown_value(const ConfigNode& value, const Growth& growth, double strength) {
  std::vector<double> numbers;
  if (value.is_scalar())
    numbers = {value.number()};
  else
    read_value(value, numbers);
  if (growth.about == About::middle) {
    const auto [low, high] = std::ranges::minmax(numbers);
    const double middle = (low + high) / 2;
    for (double& x : numbers) x = std::clamp(middle + (x - middle) * strength, growth.limits.low, growth.limits.high);
  } else {
    for (double& x : numbers) x = grown_number(x, growth, strength);
  }
  return value.is_scalar() ? write_value(numbers[0]) : write_value(numbers);
}

}  // namespace

ConfigNode grown(const ConfigNode& parameters, const std::vector<Growth>& growths, double strength) {
  ConfigNode result = parameters;
  bool grew = false;
  for (const Growth& growth : growths) {
    const ConfigNode* value = parameters.is_map() ? parameters.find(growth.key) : nullptr;
    if (!value) continue;
    grew = true;
    if (strength == 0 && growth.about == About::middle) {
      const auto off = std::ranges::find(growths, growth.off, &Growth::key);
      assert(off != growths.end());
      result.remove(growth.key);
      result.set(growth.off, write_value(neutral(off->about)));
    } else {
      result.set(growth.key, grown_value(*value, growth, strength));
    }
  }
  if (!grew) throw parameters.error("none of these parameters is known to grow");
  return result;
}

}  // namespace sinew
