#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "envs/env.h"
#include "vision/frame_stack.h"

namespace sinew {

/// Takes an env's present observation as a policy wants it: numbers as float32, frames of images stacked. The
/// rows are their owner's: of one env, numbers [observation_size()] and images [image_size()].
class Observer {
 public:
  explicit Observer(const EnvSpec& spec);

  /// `first`: it begins an episode, and so do the stacks. False: a number is not finite as a float; the rows
  /// then keep the observation before it.
  bool observe(Env& env, bool first, std::span<float> numbers, std::span<uint8_t> images);

 private:
  struct Image {
    int sensor;
    size_t begin;  // in the row of images
    FrameStack stack;
  };
  std::vector<int> number_sensors_;
  std::vector<size_t> number_sizes_;
  std::vector<Image> images_;
  std::vector<double> numbers_;  // one row in double
  std::vector<uint8_t> frame_;
};

}  // namespace sinew
