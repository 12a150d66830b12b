#include "nets/initial_policy.h"

#include <algorithm>
#include <string_view>

#include "core/error.h"
#include "nets/trace.h"

namespace sinew {
namespace {

const Parameter* find(const Policy& policy, const std::string& name) {
  for (const Parameter& parameter : policy.network().parameters().list())
    if (parameter.name == name) return &parameter;
  return nullptr;
}

// "" where the actors have the same parameters.
std::string difference(const Policy& policy, const Policy& other) {
  for (const Parameter& parameter : policy.network().parameters().list()) {
    if (is_critics(policy, parameter.name)) continue;
    const Parameter* theirs = find(other, parameter.name);
    if (!theirs) return fmt::format("it has no parameter '{}', this network has", parameter.name);
    if (theirs->shape != parameter.shape)
      return fmt::format("its parameter '{}' has the shape {}, this network's {}", parameter.name, theirs->shape.text(),
                         parameter.shape.text());
  }
  for (const Parameter& parameter : other.network().parameters().list())
    if (!is_critics(other, parameter.name) && !find(policy, parameter.name))
      return fmt::format("it has a parameter '{}', this network has none", parameter.name);
  return "";
}

void check_same_actor(const Policy& policy, const Policy& other) {
  if (std::string text = first_difference(other.spec(), policy.spec(), "this task"); !text.empty())
    fail("it does not fit: {}", text);
  if (std::string text = difference(policy, other); !text.empty())
    fail("its network is another one: {}; copy its `network` ('sinew show' prints it) into the recipe", text);
  if (to_json(trace_actor(policy)) != to_json(trace_actor(other)))
    fail(
        "its network is another one: the layers, or the action map, differ; copy its `network` ('sinew show' prints "
        "it) into the recipe");
}

void take_statistics(Normalizer& own, const Normalizer& from) {
  if (from.state().count > 0 && from.size() == own.size())
    own.set_frozen(from.mean(), from.scale(), Normalizer::for_good);
}

}  // namespace

bool is_critics(const Policy& policy, const std::string& name) {
  if (name.starts_with("critic.")) return true;
  return std::ranges::any_of(policy.spec().sensors, [&](const SensorSpec& sensor) {
    return policy.config().encoder(sensor.name).used_by == "critic" && name.starts_with("encoder." + sensor.name + ".");
  });
}

bool start_from(Policy& policy, const Policy& other) {
  check_same_actor(policy, other);
  const auto& parameters = policy.network().parameters().list();
  const bool critic_fits = std::ranges::all_of(parameters, [&](const Parameter& parameter) {
    const Parameter* theirs = find(other, parameter.name);
    return theirs && theirs->shape == parameter.shape;
  });
  for (const Parameter& parameter : parameters)
    if (critic_fits || !is_critics(policy, parameter.name))
      std::ranges::copy(find(other, parameter.name)->values(), parameter.values().begin());
  policy.network().parameters().touch();
  for (size_t s = 0; s < policy.normalizers().size(); ++s)
    take_statistics(policy.normalizers()[s], other.normalizers()[s]);
  return critic_fits;
}

}  // namespace sinew
