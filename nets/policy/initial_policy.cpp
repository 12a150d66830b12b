#include "nets/policy/initial_policy.h"

#include <algorithm>
#include <string>

#include "core/error.h"
#include "nets/policy/trace.h"

namespace sinew {
namespace {

const Parameter* find(const Policy& policy, const std::string& name) {
  const auto& list = policy.parameters().list();
  const auto found = std::ranges::find(list, name, &Parameter::name);
  return found == list.end() ? nullptr : &*found;
}

// "" when they have the same parameters.
std::string difference(const Policy& policy, const Policy& other) {
  for (const Parameter& parameter : policy.parameters().list()) {
    const Parameter* theirs = find(other, parameter.name);
    if (!theirs) return fmt::format("it has no parameter '{}', this network has", parameter.name);
    if (theirs->shape != parameter.shape)
      return fmt::format("its parameter '{}' has the shape {}, this network's {}", parameter.name, theirs->shape.text(),
                         parameter.shape.text());
  }
  for (const Parameter& parameter : other.parameters().list())
    if (!find(policy, parameter.name))
      return fmt::format("it has a parameter '{}', this network has none", parameter.name);
  return "";
}

void check_same_actor(const Policy& policy, const Policy& other) {
  if (std::string text = first_difference(with_missing_names(other.spec(), policy.spec()), policy.spec(), "this task");
      !text.empty())
    fail("it does not fit: {}", text);
  if (std::string text = difference(policy, other); !text.empty())
    fail("its network is different: {}; copy its `network` ('sinew show' prints it) into the recipe", text);
  if (to_json(trace_actor(policy)) != to_json(trace_actor(other)))
    fail(
        "its network is different: the layers, or the action map, differ; copy its `network` ('sinew show' prints it) "
        "into the recipe");
}

void take_statistics(Normalizer& own, const Normalizer& from) {
  if (from.state().count > 0 && from.size() == own.size())
    own.set_frozen(from.mean(), from.scale(), Normalizer::for_good);
}

}  // namespace

void start_from(Policy& policy, const Policy& other) {
  check_same_actor(policy, other);
  for (const Parameter& parameter : policy.parameters().list())
    std::ranges::copy(find(other, parameter.name)->values(), parameter.values().begin());
  for (size_t s = 0; s < policy.normalizers().size(); ++s)
    take_statistics(policy.normalizers()[s], other.normalizers()[s]);
}

}  // namespace sinew
