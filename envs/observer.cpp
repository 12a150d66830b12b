#include "envs/observer.h"

#include <algorithm>

#include "envs/not_finite.h"

namespace sinew {

Observer::Observer(const EnvSpec& spec) {
  size_t begin = 0, largest_frame = 0;
  for (size_t i = 0; i < spec.sensors.size(); ++i) {
    const SensorSpec& sensor = spec.sensors[i];
    const size_t size = static_cast<size_t>(sensor.size());
    if (!sensor.is_image()) {
      number_sensors_.push_back(static_cast<int>(i));
      continue;
    }
    images_.push_back({static_cast<int>(i), begin, ImageStack(sensor)});
    begin += size;
    largest_frame = std::max(largest_frame, images_.back().stack.frame_size());
  }
  frame_.resize(largest_frame);
}

bool Observer::observe(Env& env, bool first, std::span<float> numbers, std::span<uint8_t> images) {
  for (const int sensor : number_sensors_)
    if (!std::ranges::all_of(env.observation(sensor), fits_float)) return false;
  float* out = numbers.data();
  for (const int sensor : number_sensors_) out = std::ranges::copy(env.observation(sensor), out).out;
  for (const Image& image : images_) {
    const std::span<uint8_t> stack = images.subspan(image.begin, image.stack.size());
    if (image.stack.frames() == 1) {
      env.observe_image(image.sensor, stack);
      continue;
    }
    const std::span<uint8_t> frame(frame_.data(), image.stack.frame_size());
    env.observe_image(image.sensor, frame);
    if (first)
      image.stack.fill(stack, frame);
    else
      image.stack.push(stack, frame);
  }
  return true;
}

}  // namespace sinew
