#include "robots/control/policy_control.h"

#include <numeric>
#include <tuple>

#include "robots/protocol/handshake.h"

namespace sinew {
namespace {

uint64_t total(const std::array<uint64_t, limit_count>& counts) {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

// n positions, n velocities, and n torques or none; any other size yields no measurement.
MeasuredJoints measured_joints(std::span<const double> all, size_t n, double stamp) {
  if (all.size() != 2 * n && all.size() != 3 * n) return {};
  return {all.first(n), all.subspan(n, n), all.subspan(2 * n), stamp};
}

// The gate does not use session 0, which is that of a robot that is not armed.
uint64_t gate_session(uint64_t session) { return session + 1; }

}  // namespace

PolicyControl::PolicyControl(const ControllerFactory& controllers, const RobotConfig& config)
    : controller_(controllers()),
      actuators_(config.actuators),
      longest_gap_(config.watchdog),
      period_(1 / config.rate),
      gate_(config.limits(), config.max_age, config.watches.leap),
      state_(static_cast<size_t>(controller_->state_size())) {
  check_policy(*controller_, config);
  wanted_.values.resize(actuators_.size());
}

ArrivedObservation PolicyControl::empty_observation() const {
  ArrivedObservation observation;
  observation.numbers.resize(static_cast<size_t>(controller_->spec().observation_size()));
  observation.images.resize(static_cast<size_t>(controller_->spec().image_size()));
  observation.joints.reserve(3 * actuators_.size());
  return observation;
}

PolicyDecision PolicyControl::empty_decision() const {
  PolicyDecision decision;
  decision.policy.resize(actuators_.size());
  decision.wanted.resize(actuators_.size());
  decision.values.resize(actuators_.size());
  return decision;
}

void PolicyControl::act(const ArrivedObservation& observation, double now, PolicyDecision& decision) {
  const bool new_session = session_ != observation.session;
  decision.starts_anew = new_session || !(observation.stamp - stamp_ <= longest_gap_);
  session_ = observation.session;
  stamp_ = observation.stamp;

  const uint8_t reset = decision.starts_anew;
  controller_->act({1, observation.numbers.data(), observation.images.data()}, state_, {&reset, 1}, decision.policy);
  for (size_t i = 0; i < actuators_.size(); ++i)
    wanted_.values[i] = actuators_[i].offset + actuators_[i].scale * static_cast<double>(decision.policy[i]);

  const MeasuredJoints measured = measured_joints(observation.joints, actuators_.size(), observation.stamp);
  const double robot_now = observation.stamp + (now - observation.received);
  if (new_session) sequence_ = 0;
  // As if it had stood there for a period, so that the first action may move as far as later ones.
  if (decision.starts_anew) gate_.begin(gate_session(observation.session), measured, robot_now - period_);
  if (observation.session == 0) gate_.believe(measured);  // the robot is moved only by hand, or is being put back
  const uint64_t limited = total(gate_.counters().limited);
  // The gate counts actions from 1 in each of its sessions, and a gap starts a new one.
  decision.sequence = ++sequence_;
  decision.session = observation.session;
  decision.answers = observation.sequence;
  decision.observed_at = observation.stamp;
  std::tie(wanted_.session, wanted_.sequence, wanted_.answers, wanted_.observed_at) =
      std::tuple(gate_session(observation.session), sequence_, observation.sequence, observation.stamp);
  decision.wanted = wanted_.values;
  decision.refusal = gate_.pass(wanted_, measured, robot_now, decision.values);
  decision.limited = total(gate_.counters().limited) - limited;
  decision.received = observation.received;
  decision.acted = now;
}

}  // namespace sinew
