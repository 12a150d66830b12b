#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "envs/env.h"
#include "vision/image_stack.h"

namespace sinew {

/// Reads an env's current observation in the layout of a policy: numbers as float32, frames of images stacked. The
/// caller owns the rows, for one env: numbers [observation_size()] and images [image_size()].
class Observer {
 public:
  explicit Observer(const EnvSpec& spec);

  /// `first`: the observation begins an episode, and restarts the stacks. Returns false if a number is not finite as a
  /// float; the rows then keep the previous observation.
  bool observe(Env& env, bool first, std::span<float> numbers, std::span<uint8_t> images);

 private:
  struct Image {
    int sensor;
    size_t begin;  // in the row of images
    ImageStack stack;
  };
  std::vector<int> number_sensors_;
  std::vector<Image> images_;
  std::vector<uint8_t> frame_;
};

}  // namespace sinew
