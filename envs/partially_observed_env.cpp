#include "envs/partially_observed_env.h"

#include <algorithm>

#include "core/config.h"

namespace sinew {
namespace {

// The columns of a sensor whose labels are not hidden.
std::vector<int> columns_left(const SensorSpec& sensor, const ConfigNode& hidden) {
  std::vector<int> left;
  const std::vector<ConfigNode> labels = hidden.items_or_one();
  for (const ConfigNode& label : labels)
    if (std::ranges::find(sensor.labels, label.text()) == sensor.labels.end())
      throw label.error(
          fmt::format("sensor '{}' has no '{}'{}", sensor.name, label.text(), suggestion(label.text(), sensor.labels)));
  for (size_t i = 0; i < sensor.labels.size(); ++i)
    if (std::ranges::none_of(labels, [&](const ConfigNode& label) { return label.text() == sensor.labels[i]; }))
      left.push_back(static_cast<int>(i));
  if (left.empty()) throw hidden.error(fmt::format("nothing would be left of sensor '{}'", sensor.name));
  return left;
}

}  // namespace

PartiallyObservedEnv::PartiallyObservedEnv(std::unique_ptr<Env> whole, const ConfigNode& hide)
    : whole_(std::move(whole)), spec_(whole_->spec()), shown_(spec_.sensors.size()) {
  std::vector<std::string> names;
  for (const SensorSpec& sensor : spec_.sensors) names.push_back(sensor.name);
  for (const auto& [name, labels] : hide.entries()) {
    const auto entry = std::ranges::find(names, name);
    if (entry == names.end())
      throw labels.error(fmt::format("there is no sensor '{}'{}", name, suggestion(name, names)));
    const size_t index = entry - names.begin();
    SensorSpec& sensor = spec_.sensors[index];
    const SensorSpec all = sensor;
    shown_[index] = columns_left(all, labels);
    sensor.shape = {static_cast<int>(shown_[index].size())};
    sensor.labels.clear();
    sensor.units.clear();
    for (const int column : shown_[index]) {
      sensor.labels.push_back(all.labels[column]);
      if (!all.units.empty()) sensor.units.push_back(all.units[column]);
    }
  }
}

std::span<const double> PartiallyObservedEnv::observation(int index) const {
  const std::span<const double> all = whole_->observation(index);
  if (shown_[index].empty()) return all;
  shown_numbers_.clear();
  for (const int column : shown_[index]) shown_numbers_.push_back(all[column]);
  return shown_numbers_;
}

}  // namespace sinew
