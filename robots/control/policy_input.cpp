#include "robots/control/policy_input.h"

#include <algorithm>
#include <cmath>

#include "robots/protocol/handshake.h"

namespace sinew {

namespace {

// Larger than any sensor's reading in any unit; used if the robot's file gives no bound.
constexpr float largest_reading = 1e9f;

// A sensor's offset in a message's numbers, or its index among the images.
size_t place_of(const SensorSpec& wanted, const std::vector<SensorSpec>& sensors) {
  size_t place = 0;
  for (const SensorSpec& sensor : sensors) {
    if (sensor.name == wanted.name) break;
    if (sensor.type == wanted.type) place += sensor.is_image() ? 1 : static_cast<size_t>(sensor.size());
  }
  return place;
}

}  // namespace

PolicyInput::PolicyInput(const Controller& policy, const RobotConfig& config, const InterfaceSpec& robot)
    : sensors_(robot.sensors),
      bounds_(sensor_bounds(config.watches, robot.sensors, largest_reading)),
      numbers_size_(static_cast<size_t>(robot.observation_size())),
      images_count_(static_cast<size_t>(std::ranges::count_if(robot.sensors, &SensorSpec::is_image))),
      longest_gap_(config.watchdog) {
  const std::vector<SensorSpec>& sensors = policy.spec().sensors;
  const std::vector<bool> needed = policy.acts_on();
  size_t number = 0, byte = 0;  // in the policy's row
  for (size_t i = 0; i < sensors.size(); ++i) {
    const size_t size = static_cast<size_t>(sensors[i].size());
    size_t& begin = sensors[i].is_image() ? byte : number;
    if (needed[i]) {
      const size_t place = place_of(sensors[i], robot.sensors);
      if (sensors[i].is_image()) {
        images_.push_back({place, begin, size});
        const auto theirs = std::ranges::find(robot.sensors, sensors[i].name, &SensorSpec::name);
        cameras_.emplace_back(sensors[i], *theirs, config.camera(sensors[i].name).process,
                              config.camera(sensors[i].name).limits);
      } else {
        numbers_.push_back({place, begin, size});
      }
    }
    begin += size;
  }
  stacks_.resize(byte);
}

bool PolicyInput::is_sane(const ObservationMessage& message) {
  for (const Place& place : numbers_)
    for (size_t i = place.from; i < place.from + place.size; ++i) {
      if (std::abs(message.numbers[i]) <= bounds_[i]) continue;
      problem_ = reading_text(sensors_, i, message.numbers[i], bounds_[i]);
      return false;
    }
  return true;
}

bool PolicyInput::accept(const ObservationMessage& message, double received, ArrivedObservation& out) {
  if (message.numbers.size() != numbers_size_ || message.images.size() != images_count_) {
    problem_ = fmt::format("an observation has {} numbers and {} images; the robot announced {} and {}",
                           message.numbers.size(), message.images.size(), numbers_size_, images_count_);
    return false;
  }
  if (!is_sane(message)) return false;
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
