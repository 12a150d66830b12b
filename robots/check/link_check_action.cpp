// The duties of an armed robot: what it obeys, and what it refuses or limits.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/clock.h"
#include "robots/check/link_check_internal.h"

namespace sinew {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
constexpr int periods_to_see = 6;
constexpr int periods_beyond = 3;  // during which it is commanded beyond its range

}  // namespace

std::string RobotCheck::obeys() {
  make_armed();
  const uint64_t before = probe_.seen.action;
  probe_.until([&] { return probe_.seen.action > before + 10; }, 10 / config_.rate + patience);
  if (probe_.seen.mode != Mode::armed) return fmt::format("it is {}: {}", name_of(probe_.seen.mode), probe_.seen.why);
  if (probe_.seen.action <= before) return "`action` does not count the actions that it obeys";
  if (!(probe_.seen.action_age >= 0 && probe_.seen.action_age <= config_.max_age))
    return fmt::format("`action_age` is {:.4g} s, max_age {:.4g}", probe_.seen.action_age, config_.max_age);
  return "";
}

// Sends one bad action among good ones: the robot must count it as refused, and go on. It is sent alone, because a
// robot need only examine the newest of several actions within a tick.
std::string RobotCheck::refuses_each(const std::function<void(RobotAction&)>& spoil, const std::string& what) {
  make_armed();
  const uint64_t refused = probe_.seen.refused;
  uint64_t sequence = 0, session = 0;
  bool is_obeyed = false;
  probe_.on_observation = [&](const ObservationMessage& seen) {
    if (seen.session == 0) return;
    probe_.acts = session != 0;
    if (session == 0) {
      RobotAction action = probe_.hold();
      spoil(action);
      session = seen.session;
      sequence = action.sequence;
      probe_.say(action);
    } else {
      is_obeyed = is_obeyed || (seen.action == sequence && seen.session == session);
    }
  };
  const uint64_t until = probe_.observations + periods_to_see;
  probe_.until([&] { return probe_.observations >= until; }, periods_to_see / config_.rate + patience);
  probe_.on_observation = nullptr;
  probe_.acts = true;
  if (is_obeyed) return fmt::format("an action {} is obeyed", what);
  if (probe_.seen.mode != Mode::armed)
    return fmt::format("one action {} among good ones stops it: {}", what, probe_.seen.why);
  if (probe_.seen.refused <= refused) return fmt::format("an action {} is not counted in `refused`", what);
  return "";
}

std::string RobotCheck::refuses_what_is_not_finite() {
  std::string wrong;
  for (const double number : {nan, infinity, -infinity})
    if (wrong.empty())
      wrong = refuses_each([&](RobotAction& action) { action.values.back() = number; }, fmt::format("of {}", number));
  return wrong;
}

std::string RobotCheck::refuses_other_sizes() {
  std::string wrong = refuses_each([](RobotAction& action) { action.values.push_back(0); }, "with one number too many");
  if (wrong.empty())
    wrong = refuses_each([](RobotAction& action) { action.values.pop_back(); }, "with one number too few");
  if (wrong.empty()) wrong = refuses_each([](RobotAction& action) { action.values.clear(); }, "without numbers");
  return wrong;
}

std::string RobotCheck::refuses_other_sessions() {
  std::string wrong = refuses_each([](RobotAction& action) { ++action.session; }, "of the next session");
  if (wrong.empty()) wrong = refuses_each([](RobotAction& action) { --action.session; }, "of the session before");
  if (wrong.empty()) wrong = refuses_each([](RobotAction& action) { action.session = 0; }, "of session 0");
  return wrong;
}

std::string RobotCheck::refuses_what_is_repeated() {
  std::string wrong = refuses_each([](RobotAction& action) { action.sequence = 1; }, "with the first one's sequence");
  if (wrong.empty()) wrong = refuses_each([](RobotAction& action) { action.sequence = 0; }, "with the sequence 0");
  return wrong;
}

std::string RobotCheck::refuses_what_is_late() {
  make_armed();
  const ObservationMessage old = probe_.seen;
  probe_.until([&] { return probe_.seen.stamp > old.stamp + config_.max_age + 2 / config_.rate; },
               config_.max_age + patience);
  return refuses_each(
      [&](RobotAction& action) {
        action.answers = old.sequence;
        action.observed_at = old.stamp;
      },
      "that answers an observation of more than max_age ago");
}

std::string RobotCheck::refuses_other_stamps() {
  std::string wrong = refuses_each([](RobotAction& action) { action.observed_at += 1e-4; },
                                   "with a stamp that is not its observation's");
  if (wrong.empty())
    wrong = refuses_each([](RobotAction& action) { action.observed_at = now_seconds(); },
                         "with a stamp of this side's clock");
  if (wrong.empty()) wrong = refuses_each([](RobotAction& action) { action.observed_at = nan; }, "stamped NaN");
  if (wrong.empty())
    wrong = refuses_each([](RobotAction& action) { action.answers += 1000; },
                         "that answers an observation that was not sent yet");
  if (wrong.empty())
    wrong = refuses_each([](RobotAction& action) { action.answers = 1; },
                         "that answers the first observation, with the newest stamp");
  return wrong;
}

// Commands beyond all ranges for a moment: joints must stay within their ranges, and move no faster than allowed.
std::string RobotCheck::limits() {
  make_armed();
  const uint64_t limited = probe_.seen.limited;
  ObservationMessage before = probe_.seen;
  std::string wrong;
  int count = 0;
  probe_.on_observation = [&](const ObservationMessage& seen) {
    for (size_t i = 0; i < config_.actuators.size() && wrong.empty() && seen.joints.size() == before.joints.size();
         ++i) {
      const ActuatorLimits& own = config_.actuators[i].limits;
      const double margin = config_.watches.range_margin, moved = std::abs(seen.joints[i] - before.joints[i]);
      // After a missed action a command may leap by velocity · max_age.
      const double most = own.velocity * (seen.stamp - before.stamp + config_.max_age) + margin;
      if (seen.joints[i] > own.highest() + margin || seen.joints[i] < own.lowest() - margin)
        wrong = fmt::format("joint '{}' goes to {:.4g}, its range is [{:.4g}, {:.4g}]", own.name, seen.joints[i],
                            own.lowest(), own.highest());
      else if (moved > most)
        wrong = fmt::format("joint '{}' moves by {:.4g} from one observation to the next, its velocity allows {:.4g}",
                            own.name, moved, most);
    }
    before = seen;
    probe_.acts = ++count > periods_beyond;
    if (probe_.acts || seen.session == 0) return;
    RobotAction action = probe_.hold();
    std::ranges::fill(action.values, 1e6);
    probe_.say(action);
  };
  const uint64_t until = probe_.observations + periods_beyond + periods_to_see;
  probe_.until([&] { return probe_.observations >= until || !wrong.empty(); },
               (periods_beyond + periods_to_see) / config_.rate + patience);
  probe_.on_observation = nullptr;
  probe_.acts = true;
  if (!wrong.empty()) probe_.say(Stop{"sinew link-check: " + wrong});
  if (wrong.empty() && probe_.seen.limited <= limited)
    return "numbers far beyond the range are not counted in `limited`";
  return wrong;
}

}  // namespace sinew
