#pragma once
#include <string>
#include <vector>

#include "core/config.h"

namespace sinew {

/// How a parameter of a disturbance, such as the `scale` of a mass, follows the strength: 0 disables the
/// disturbance, 1 is the value in the YAML, 2 is twice as wide about the value that disturbs nothing.
struct DisturbanceScale {
  enum class About {
    zero,    // x · strength
    one,     // a factor, x ^ strength: twice as wide in its logarithm, so that it stays positive
    middle,  // a range of the value itself, about its own middle
  };
  std::string key;
  About about = About::zero;
  Range limits = {};  // accepted values of the parameter; the result is clamped to them
  /// For About::middle: the parameter that replaces this one at strength 0, since its middle is not the model's own
  /// value.
  std::string off = {};
};

/// `parameters` of a term, with those that `scales` names scaled by `strength` and the others unchanged. The term draws
/// as many numbers at any strength. Throws a located Error if it has none of those.
ConfigNode scaled(const ConfigNode& parameters, const std::vector<DisturbanceScale>& scales, double strength);

}  // namespace sinew
