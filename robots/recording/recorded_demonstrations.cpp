#include "robots/recording/recorded_demonstrations.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

#include "robots/control/camera_input.h"
#include "robots/protocol/robot_config.h"

namespace sinew {
namespace {

std::vector<SensorSpec> processed_sensors(const RecordedSession& session, const RobotConfig& config) {
  std::vector<SensorSpec> sensors = session.interface.sensors;
  for (SensorSpec& sensor : sensors)
    if (sensor.is_image())
      with_context(fmt::format("the camera '{}'", sensor.name),
                   [&] { sensor = processed_image(sensor, config.processing(sensor.name)); });
  return sensors;
}

// The actuators as a policy's numbers, within what their limits allow.
ActionSpec policy_actions(const RecordedSession& session, double rate) {
  ActionSpec actions = actions_of(session.limits, rate);
  size_t i = 0;
  for (ActionPart& part : actions.parts)
    for (int k = 0; k < part.size(); ++k, ++i) {
      const auto& [scale, offset] = session.mapping[i];
      if (scale == 0)
        fail("'{}' has the scale 0 in the robot's file, so the policy's action cannot be computed from the command",
             part.labels[k]);
      const double low = (part.low[k] - offset) / scale, high = (part.high[k] - offset) / scale;
      part.low[k] = std::min(low, high);
      part.high[k] = std::max(low, high);
      if (scale != 1 || offset != 0) part.units.clear();
    }
  return actions;
}

class Converter {
 public:
  Converter(const Recording& recording, const std::string& origin)
      : recording_(recording),
        config_(read_config<RobotConfig>(
            ConfigNode::parse_text(recording.session.robot_config, "the recorded robot's file"))) {
    const RecordedSession& session = recording.session;
    if (session.mapping.size() != session.limits.size()) fail("the recording is damaged: actuators without a mapping");
    Demonstrations& set = result_.demonstrations;
    set.spec = {processed_sensors(session, config_), policy_actions(session, config_.rate)};
    set.origin = origin;
    for (size_t s = 0; s < set.spec.sensors.size(); ++s)
      if (const SensorSpec& image = set.spec.sensors[s]; image.is_image())
        cameras_.emplace_back(image, session.interface.sensors[s], config_.processing(image.name));
    frames_.resize(static_cast<size_t>(set.spec.image_size()));
  }

  RecordedDemonstrations convert() {
    // The key includes the stamp: a restarted robot counts from 1 again, but its clock continues.
    std::map<std::pair<uint64_t, double>, const RecordedAction*> answers;
    for (const RecordedAction& action : recording_.actions) answers[{action.answers, action.observed_at}] = &action;
    for (const RecordedObservation& observation : recording_.observations) {
      const auto answer = answers.find({observation.message.sequence, observation.message.stamp});
      if (answer != answers.end()) add(observation.message, *answer->second);
    }
    Demonstrations& set = result_.demonstrations;
    if (set.rows == 0)
      fail("it holds no action of an armed robot that a gate let through, so there is nothing to learn from");
    return std::move(result_);
  }

 private:
  void add(const ObservationMessage& message, const RecordedAction& action) {
    Demonstrations& set = result_.demonstrations;
    if (action.session == 0) return void(++result_.unarmed);
    if (action.refusal != Refusal::none) return void(++result_.refused);
    if (!is_of_use(message) || action.values.size() != recording_.session.mapping.size())
      return void(++result_.of_no_use);
    const bool starts = set.rows == 0 || action.session != session_ || !(message.stamp - stamp_ <= config_.watchdog);
    session_ = action.session;
    stamp_ = message.stamp;
    set.starts.push_back(starts);
    set.numbers.insert(set.numbers.end(), message.numbers.begin(), message.numbers.end());
    set.images.insert(set.images.end(), frames_.begin(), frames_.end());
    for (size_t i = 0; i < action.values.size(); ++i) {
      const auto& [scale, offset] = recording_.session.mapping[i];
      set.actions.push_back(static_cast<float>((action.values[i] - offset) / scale));
    }
    ++set.rows;
  }

  // Stores the processed frames.
  bool is_of_use(const ObservationMessage& message) {
    const size_t width = static_cast<size_t>(result_.demonstrations.spec.observation_size());
    if (message.numbers.size() != width || message.images.size() != cameras_.size()) return false;
    if (!std::ranges::all_of(message.numbers, [](float x) { return std::isfinite(x); })) return false;
    size_t image = 0, begin = 0;
    for (const SensorSpec& sensor : result_.demonstrations.spec.sensors) {
      if (!sensor.is_image()) continue;
      const std::span<uint8_t> frame = std::span(frames_).subspan(begin, static_cast<size_t>(sensor.size()));
      if (!cameras_[image].accept(message.images[image], true, frame)) return false;
      begin += frame.size();
      ++image;
    }
    return true;
  }

  const Recording& recording_;
  RobotConfig config_;
  RecordedDemonstrations result_;
  std::vector<CameraInput> cameras_;
  std::vector<uint8_t> frames_;
  uint64_t session_ = 0;
  double stamp_ = 0;
};

}  // namespace

RecordedDemonstrations demonstrations_of(const Recording& recording, const std::string& origin) {
  return Converter(recording, origin).convert();
}

}  // namespace sinew
