#include "envs/not_finite.h"

#include <algorithm>

#include "core/error.h"

namespace sinew {

void fail_action(const ActionSpec& spec, std::span<const float> action, int step) {
  const auto bad = static_cast<size_t>(std::ranges::find_if_not(action, fits_float) - action.begin());
  size_t number = bad;
  auto part = spec.parts.begin();
  for (; number >= static_cast<size_t>(part->size()); ++part) number -= static_cast<size_t>(part->size());
  const std::string label = number < part->labels.size() ? fmt::format(" ('{}')", part->labels[number]) : "";
  throw Error(fmt::format("the action for step {} of an episode has {} as number {} of '{}'{}, where it must be "
                          "finite: the policy that gave it has diverged, or is damaged",
                          step, action[bad], number, part->name, label),
              Error::Fault::system);
}

void fail_reward(const Env& env, double reward, int step) {
  std::string culprits;
  const auto& names = env.spec().reward_terms;
  for (size_t i = 0; i < names.size(); ++i)
    if (!fits_float(env.reward_terms()[i]))
      culprits += fmt::format("{}'{}' is {}", culprits.empty() ? " (" : ", ", names[i], env.reward_terms()[i]);
  fail("the reward of '{}' is {} in step {} of an episode{}; it must be finite as a float", env.spec().name, reward,
       step, culprits.empty() ? "" : culprits + ")");
}

}  // namespace sinew
