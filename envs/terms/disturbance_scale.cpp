#include "envs/terms/disturbance_scale.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sinew {
namespace {

using About = DisturbanceScale::About;

double neutral(About about) { return about == About::one ? 1 : 0; }

double scaled_number(double x, const DisturbanceScale& scale, double strength) {
  const double result = scale.about == About::one ? std::pow(x, strength) : x * strength;
  return std::clamp(result, scale.limits.low, scale.limits.high) + 0.0;  // no -0
}

// A number, a range, or one number for each axis.
ConfigNode scaled_value(const ConfigNode& value, const DisturbanceScale& scale, double strength) {
  std::vector<double> numbers;
  if (value.is_scalar())
    numbers = {value.number()};
  else
    read_value(value, numbers);
  if (scale.about == About::middle) {
    const auto [low, high] = std::ranges::minmax(numbers);
    const double middle = (low + high) / 2;
    for (double& x : numbers) x = std::clamp(middle + (x - middle) * strength, scale.limits.low, scale.limits.high);
  } else {
    for (double& x : numbers) x = scaled_number(x, scale, strength);
  }
  return value.is_scalar() ? write_value(numbers[0]) : write_value(numbers);
}

}  // namespace

ConfigNode scaled(const ConfigNode& parameters, const std::vector<DisturbanceScale>& scales, double strength) {
  ConfigNode result = parameters;
  bool any_scaled = false;
  for (const DisturbanceScale& scale : scales) {
    const ConfigNode* value = parameters.is_map() ? parameters.find(scale.key) : nullptr;
    if (!value) continue;
    any_scaled = true;
    if (strength == 0 && scale.about == About::middle) {
      const auto off = std::ranges::find(scales, scale.off, &DisturbanceScale::key);
      assert(off != scales.end());
      result.remove(scale.key);
      result.set(scale.off, write_value(neutral(off->about)));
    } else {
      result.set(scale.key, scaled_value(*value, scale, strength));
    }
  }
  if (!any_scaled) throw parameters.error("none of these parameters scales with the strength");
  return result;
}

}  // namespace sinew
