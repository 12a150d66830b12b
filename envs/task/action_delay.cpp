#include "envs/task/action_delay.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/random.h"

namespace sinew {
namespace {

// A delay of seven steps must not become eight because 0.07 / 0.01 rounds to slightly more than 7.
constexpr double rounding = 1e-6;  // physics steps
constexpr int most_under_way = 10'000;

double steps_of(double seconds, double timestep) { return std::max(0.0, std::ceil(seconds / timestep - rounding)); }

}  // namespace

ActionDelay::ActionDelay(const LatencyProfile& profile, std::vector<double> rest, int frame_skip, double timestep)
    : profile_(profile), rest_(std::move(rest)), in_force_(rest_), timestep_(timestep) {
  const double seconds = profile.observation.longest() + profile.action.longest();
  // An action sent k env steps ago is still in transit if its delay is more than k · frame_skip physics steps.
  const double env_steps = std::ceil(steps_of(seconds, timestep) / frame_skip);
  if (env_steps > most_under_way)
    fail("a delay of {} s is {} env steps of {} s; {} are the most", seconds, env_steps, frame_skip * timestep,
         most_under_way);
  const auto most = static_cast<size_t>(env_steps);
  due_.resize(most);
  values_.resize(most * rest_.size());
}

void ActionDelay::begin_episode() {
  count_ = 0;
  std::ranges::copy(rest_, in_force_.begin());
}

int ActionDelay::draw_steps(Rng& rng) const {
  const double observation = profile_.observation.sample(rng), action = profile_.action.sample(rng);
  return static_cast<int>(steps_of(observation + action, timestep_));
}

void ActionDelay::send(std::span<const double> action, Rng& rng) {
  const int steps = draw_steps(rng);
  if (profile_.loss > 0 && rng.uniform() < profile_.loss) return;
  // Drops the actions that it overtakes. Then there is always room, except for a state restored from a damaged file.
  while (count_ > 0 && (due_[count_ - 1] >= steps || count_ == due_.size())) --count_;
  if (steps == 0) {
    std::ranges::copy(action, in_force_.begin());
    return;
  }
  due_[count_] = steps;
  std::ranges::copy(action, values_of(count_).begin());
  ++count_;
}

int ActionDelay::steps_to_next() const { return count_ > 0 ? due_[0] : std::numeric_limits<int>::max(); }

void ActionDelay::pass(int steps) {
  assert(steps <= steps_to_next());
  for (uint32_t i = 0; i < count_; ++i) due_[i] -= steps;
  if (count_ == 0 || due_[0] > 0) return;
  std::ranges::copy(values_of(0), in_force_.begin());
  --count_;
  std::shift_left(due_.begin(), due_.end(), 1);
  std::shift_left(values_.begin(), values_.end(), static_cast<std::ptrdiff_t>(rest_.size()));
}

void ActionDelay::visit_state(StateArchive& archive) {
  archive("in_force", std::span(in_force_));
  archive("count", count_);
  count_ = std::min(count_, static_cast<uint32_t>(due_.size()));
  const std::span due = std::span(due_).first(count_);
  archive("due", due);
  archive("values", std::span(values_).first(count_ * rest_.size()));
  for (int& steps : due) steps = std::max(steps, 1);  // in case of a damaged file
}

}  // namespace sinew
