#include "envs/frame_store.h"

#include <algorithm>

namespace sinew {

FrameStore::FrameStore(const InterfaceSpec& spec, int n_envs, int n_steps) : n_steps_(n_steps) {
  size_t begin = 0;
  for (const SensorSpec& sensor : spec.sensors) {
    if (!sensor.is_image()) continue;
    const ImageStack stack(sensor);
    const size_t frames = static_cast<size_t>(n_envs) * static_cast<size_t>(n_steps + stack.frames() - 1);
    sensors_.push_back({stack, begin, std::vector<uint8_t>(frames * stack.frame_size())});
    begin += stack.size();
  }
  if (!sensors_.empty()) ages_.resize(static_cast<size_t>(n_envs) * static_cast<size_t>(n_steps));
}

void FrameStore::add(int env, int step, const uint8_t* images, int episode_length) {
  if (sensors_.empty()) return;
  ages_[static_cast<size_t>(env) * static_cast<size_t>(n_steps_) + static_cast<size_t>(step)] =
      static_cast<uint8_t>(std::min(episode_length, 255));
  for (Sensor& sensor : sensors_) {
    const uint8_t* stack = images + sensor.begin;
    const int newest = sensor.stack.frames() - 1;
    // At step 0, the earlier frames are taken from the stack, too.
    for (int place = step == 0 ? 0 : newest; place <= newest; ++place)
      sensor.stack.take(stack, place, &sensor.frames[sensor.offset(env, n_steps_, step - (newest - place))]);
  }
}

void FrameStore::copy_row(int row, uint8_t* images) const {
  if (sensors_.empty()) return;
  const int env = row / n_steps_, step = row % n_steps_, age = ages_[static_cast<size_t>(row)];
  for (const Sensor& sensor : sensors_) {
    const int newest = sensor.stack.frames() - 1;
    for (int place = 0; place <= newest; ++place) {
      const int back = std::min(newest - place, age);  // before its episode: the first frame of the episode
      sensor.stack.put(images + sensor.begin, place, &sensor.frames[sensor.offset(env, n_steps_, step - back)]);
    }
  }
}

size_t FrameStore::bytes() const {
  size_t total = ages_.size();
  for (const Sensor& sensor : sensors_) total += sensor.frames.size();
  return total;
}

}  // namespace sinew
