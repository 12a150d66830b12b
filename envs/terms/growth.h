#pragma once
#include <string>
#include <vector>

#include "core/config.h"

namespace sinew {

/// How a parameter of a disturbance, such as the `scale` of a mass, grows with its strength: 0 disturbs nothing, 1 is
/// what the YAML says, 2 is twice as wide about what disturbs nothing.
struct Growth {
  enum class About {
    zero,    // x · strength
    one,     // a factor, x ^ strength: twice as wide in its logarithm, so that it stays positive
    middle,  // a range of the value itself, about its own middle
  };
  std::string key;
  About about = About::zero;
  Range limits = {};  // of what the parameter accepts: what grows beyond an end stays there
  /// Of About::middle: the parameter that takes the place of this one at strength 0, since its middle is not the
  /// model's own value.
  std::string off = {};
};

/// `parameters` of a term with those that are among `growths` so many times as strong; the others stay. With any
/// strength the term draws as many numbers as before. Throws a located Error where none of them is there.
ConfigNode grown(const ConfigNode& parameters, const std::vector<Growth>& growths, double strength);

}  // namespace sinew
