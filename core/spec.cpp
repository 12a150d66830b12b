#include "core/spec.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace sinew {

int SensorSpec::size() const {
  int size = 1;
  for (const int extent : shape) size *= extent;
  return size;
}

int ActionSpec::size() const {
  int size = 0;
  for (const ActionPart& part : parts) size += part.size();
  return size;
}

int InterfaceSpec::observation_size() const {
  int size = 0;
  for (const SensorSpec& sensor : sensors) size += sensor.is_image() ? 0 : sensor.size();
  return size;
}

int InterfaceSpec::image_size() const {
  int size = 0;
  for (const SensorSpec& sensor : sensors) size += sensor.is_image() ? sensor.size() : 0;
  return size;
}

namespace {

// A list of empty words counts as an empty list.
bool names_none(const std::vector<std::string>& words) {
  return std::ranges::all_of(words, [](const std::string& word) { return word.empty(); });
}

// The first difference between two lists of words, each the name or unit of a `what`.
std::string differ(const std::string& owner, const std::string& what, const std::vector<std::string>& ours,
                   const std::vector<std::string>& theirs, const std::string& target) {
  if (names_none(ours) && names_none(theirs)) return "";
  if (names_none(ours) != names_none(theirs))
    return fmt::format("{}{} names its {}s, {} does not", owner, names_none(ours) ? target : "the policy", what,
                       names_none(ours) ? "the policy" : target);
  if (ours.size() != theirs.size())
    return fmt::format("{}the policy has {} {}s ({}), {} has {} ({})", owner, ours.size(), what, fmt::join(ours, ", "),
                       target, theirs.size(), fmt::join(theirs, ", "));
  for (size_t i = 0; i < ours.size(); ++i)
    if (ours[i] != theirs[i])
      return fmt::format("{}{} {} is '{}' in the policy, '{}' in {}", owner, what, i + 1, ours[i], theirs[i], target);
  return "";
}

const char* kind(const SensorSpec& sensor) { return sensor.is_image() ? "an image" : "numbers"; }
const char* kind(const ActionPart& part) { return part.is_discrete() ? "discrete" : "continuous"; }

std::string differ_sensor(const SensorSpec& ours, const SensorSpec& theirs, const std::string& target) {
  const std::string name = fmt::format("sensor '{}'", ours.name);
  if (ours.type != theirs.type)
    return fmt::format("{} is {} in the policy, {} in {}", name, kind(ours), kind(theirs), target);
  if (ours.frames != theirs.frames)
    return fmt::format("{} is a stack of {} frames in the policy, of {} in {}", name, ours.frames, theirs.frames,
                       target);
  if (ours.shape != theirs.shape)
    return fmt::format("{} has shape [{}] in the policy, [{}] in {}", name, fmt::join(ours.shape, ", "),
                       fmt::join(theirs.shape, ", "), target);
  if (ours.format != theirs.format)
    return fmt::format("{} has the channels '{}' in the policy, '{}' in {}", name, ours.format, theirs.format, target);
  if (auto text = differ(name + ": ", "number", ours.labels, theirs.labels, target); !text.empty()) return text;
  return differ(name + ": ", "unit", ours.units, theirs.units, target);
}

std::string differ_action(const ActionPart& ours, const ActionPart& theirs, const std::string& target) {
  const std::string name = fmt::format("action '{}'", ours.name);
  if (ours.is_discrete() != theirs.is_discrete())
    return fmt::format("{} is {} in the policy, {} in {}", name, kind(ours), kind(theirs), target);
  if (auto text = differ("", "actuator", ours.labels, theirs.labels, target); !text.empty()) return text;
  if (auto text = differ(name + ": ", "unit", ours.units, theirs.units, target); !text.empty()) return text;
  if (ours.choices != theirs.choices)
    return fmt::format("{} has [{}] choices in the policy, [{}] in {}", name, fmt::join(ours.choices, ", "),
                       fmt::join(theirs.choices, ", "), target);
  if (ours.low.size() != theirs.low.size() || ours.high.size() != theirs.high.size())
    return fmt::format("{} has {} numbers in the policy, {} in {}", name, ours.low.size(), theirs.low.size(), target);
  for (size_t i = 0; i < ours.low.size(); ++i)
    if (ours.low[i] != theirs.low[i] || ours.high[i] != theirs.high[i])
      return fmt::format("actuator '{}' has the range [{}, {}] in the policy, [{}, {}] in {}",
                         i < ours.labels.size() ? ours.labels[i] : std::to_string(i + 1), ours.low[i], ours.high[i],
                         theirs.low[i], theirs.high[i], target);
  return "";
}

template <class T>
std::vector<std::string> names(const std::vector<T>& parts) {
  std::vector<std::string> list;
  for (const T& part : parts) list.push_back(part.name);
  return list;
}

// Completes missing names. Both lists have the same length.
void complete(std::vector<std::string>& labels, const std::vector<std::string>& names) {
  for (size_t i = 0; i < labels.size() && i < names.size(); ++i)
    if ((labels[i].empty() || labels[i][0] == ' ') && names[i].ends_with(labels[i])) labels[i] = names[i];
}

}  // namespace

InterfaceSpec with_missing_names(InterfaceSpec policy, const InterfaceSpec& target) {
  for (size_t i = 0; i < policy.sensors.size() && i < target.sensors.size(); ++i)
    complete(policy.sensors[i].labels, target.sensors[i].labels);
  for (size_t i = 0; i < policy.actions.parts.size() && i < target.actions.parts.size(); ++i)
    complete(policy.actions.parts[i].labels, target.actions.parts[i].labels);
  return policy;
}

std::string first_difference(const InterfaceSpec& policy, const InterfaceSpec& target, const std::string& where) {
  if (auto text = differ("", "sensor", names(policy.sensors), names(target.sensors), where); !text.empty()) return text;
  for (size_t i = 0; i < policy.sensors.size(); ++i)
    if (auto text = differ_sensor(policy.sensors[i], target.sensors[i], where); !text.empty()) return text;
  const ActionSpec &ours = policy.actions, &theirs = target.actions;
  if (auto text = differ("", "action", names(ours.parts), names(theirs.parts), where); !text.empty()) return text;
  for (size_t i = 0; i < ours.parts.size(); ++i)
    if (auto text = differ_action(ours.parts[i], theirs.parts[i], where); !text.empty()) return text;
  if (std::abs(ours.rate - theirs.rate) > 1e-6 * std::abs(ours.rate))
    return fmt::format("the policy acts at {} Hz, {} at {} Hz", ours.rate, where, theirs.rate);
  return "";
}

}  // namespace sinew
