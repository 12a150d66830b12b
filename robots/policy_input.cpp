#include "robots/policy_input.h"

#include <algorithm>

#include "robots/handshake.h"

namespace sinew {

PolicyInput::PolicyInput(const Policy& policy, const RobotConfig& config, const InterfaceSpec& robot)
    : longest_gap_(config.watchdog) {
  const std::vector<SensorSpec>& sensors = policy.spec().sensors;
  const std::vector<bool> needed = acts_on(policy);
  size_t number = 0, byte = 0;  // in the policy's row
  auto theirs = robot.sensors.begin();
  for (size_t i = 0; i < sensors.size(); ++i) {
    const size_t size = static_cast<size_t>(sensors[i].size());
    size_t& place = sensors[i].is_image() ? byte : number;
    if (needed[i] && sensors[i].is_image()) {
      images_.push_back({images_count_++, byte, size});
      cameras_.emplace_back(sensors[i], *theirs++, config.processing(sensors[i].name));
    } else if (needed[i]) {
      numbers_.push_back({numbers_size_, number, size});
      numbers_size_ += size;
      ++theirs;
    }
    place += size;
  }
  stacks_.resize(byte);
}

bool PolicyInput::accept(const ObservationMessage& message, double received, ArrivedObservation& out) {
  if (message.numbers.size() != numbers_size_ || message.images.size() != images_count_) {
    problem_ = fmt::format("an observation has {} numbers and {} images; the robot announced {} and {}",
                           message.numbers.size(), message.images.size(), numbers_size_, images_count_);
    return false;
  }
  const bool first = session_ != message.session || !(message.stamp - stamp_ <= longest_gap_);
  for (size_t i = 0; i < images_.size(); ++i) {
    const std::span<uint8_t> stack = std::span(stacks_).subspan(images_[i].begin, images_[i].size);
    if (cameras_[i].accept(message.images[images_[i].from], first, stack)) continue;
    problem_ = cameras_[i].last_error();
    return false;
  }
  session_ = message.session;
  stamp_ = message.stamp;
  for (const Place& place : numbers_)
    std::copy_n(message.numbers.begin() + static_cast<std::ptrdiff_t>(place.from), place.size,
                out.numbers.begin() + static_cast<std::ptrdiff_t>(place.to));
  std::ranges::copy(stacks_, out.images.begin());
  out.joints = message.joints;
  out.session = message.session;
  out.sequence = message.sequence;
  out.stamp = message.stamp;
  out.received = received;
  out.mode = message.mode;
  return true;
}

}  // namespace sinew
