// The action that a base on omniwheels follows: a velocity of the body, distributed to the wheels.
#include <algorithm>
#include <array>
#include <cmath>

#include "envs/terms/element_selection.h"
#include "envs/terms/ramp.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// vx, vy and the yaw rate of a base whose wheels are velocity servos on sites, each along its wheel's direction.
class OmniBase final : public ActionTerm {
 public:
  struct Params {
    std::string body;
    ConfigNode wheels;
    double radius = 0;                         // m, from the middle of the base to each wheel
    std::vector<double> limits, acceleration;  // m/s, m/s, rad/s; and per second
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("body", body);
      v.required("wheels", wheels);
      v.required("radius", radius, above(0));
      v.required("limits", limits, above(0));
      v.optional("acceleration", acceleration, above(0));
    }
  };

  OmniBase(const Params& params, const TermSource& source) {
    source.find(Model::Element::body, params.body);
    if (params.limits.size() != 3)
      throw source.node.error("'limits' are three numbers: the most along x and y, m/s, and about z, rad/s");
    has_rate_ = !params.acceleration.empty();
    if (has_rate_ && params.acceleration.size() != 3)
      throw source.node.error("'acceleration' are three numbers: along x and y, m/s², and about z, rad/s²");
    for (size_t i = 0; i < params.acceleration.size(); ++i) velocity_[i].rate = params.acceleration[i];
    if (params.wheels.is_scalar() && params.wheels.text() == "all")
      throw params.wheels.error("'wheels' is a list of actuators");
    for (const int actuator : select_elements(Model::Element::actuator, params.wheels, source))
      wheels_.push_back(make(actuator, params.radius, source));
    part_ = {.name = "omni_base", .labels = {"x", "y", "theta"}, .units = {"m/s", "m/s", "rad/s"}};
    for (const double most : params.limits) {
      part_.low.push_back(-most);
      part_.high.push_back(most);
    }
    for (const int axis : {0, 1, 5}) drives_.push_back(drive_of_body(params.body, axis));
  }

  void begin_episode(const TaskState& state) override {
    since_ = state.sim.time();
    for (Ramp& velocity : velocity_) velocity.start_at(0);
  }
  void begin_step(std::span<const double> action, TaskState& state) override {
    const double now = state.sim.time();
    for (size_t i = 0; i < 3; ++i) velocity_[i].go_to(obeyed(action[i], i), now - since_);
    since_ = now;
    if (!has_rate_) tell(0, state);
  }
  bool has_controller() const override { return has_rate_; }
  void control(TaskState& state) override {
    if (has_rate_)
      tell(state.sim.time() - since_ + state.sim.model().timestep(), state);  // else another term has a controller
  }
  void visit_state(StateArchive& archive) override {
    if (!has_rate_) return;
    archive("since", since_);
    for (Ramp& velocity : velocity_) archive("velocity", velocity);
  }

 private:
  struct Wheel {
    size_t actuator;
    std::array<double, 3> row;  // row of the matrix from the base's velocity to the rim's speed
    double most;                // m/s, of the rim
    double rim_speed(const std::array<double, 3>& velocity) const {
      return row[0] * velocity[0] + row[1] * velocity[1] + row[2] * velocity[2];
    }
  };

  // `seconds`: since the last action.
  void tell(double seconds, TaskState& state) const {
    std::array<double, 3> velocity;
    for (size_t i = 0; i < 3; ++i) velocity[i] = velocity_[i].at(seconds);
    // A wheel that cannot turn fast enough slows all wheels, so that the base keeps its commanded direction.
    double part = 1;
    for (const Wheel& wheel : wheels_) {
      const double speed = std::abs(wheel.rim_speed(velocity));
      if (speed > wheel.most) part = std::min(part, wheel.most / speed);
    }
    for (const Wheel& wheel : wheels_) state.sim.ctrl()[wheel.actuator] = part * wheel.rim_speed(velocity);
  }

  static Wheel make(int actuator, double radius, const TermSource& source) {
    const Model& model = source.model;
    const std::string name = model.called(Model::Element::actuator, actuator);
    const Model::Limits limits = model.control_limits(actuator);
    if (model.actuator_kind(actuator) != "velocity" || !model.actuator_drives(actuator).starts_with("site"))
      throw source.node.error(fmt::format("the actuator '{}' is a {} that drives {}, not a velocity servo on a site",
                                          name, model.actuator_kind(actuator), model.actuator_drives(actuator)));
    const double x = model.actuator_gear(actuator, 0), y = model.actuator_gear(actuator, 1);
    if (std::abs(std::hypot(x, y) - 1) > 1e-3)
      throw source.node.error(fmt::format(
          "the gear of '{}' begins with {} and {}: they must be the direction in which its wheel drives, of length 1",
          name, x, y));
    if (!limits.limited || !(limits.low < 0) || !(limits.high > 0))
      throw source.node.error(fmt::format("'{}' needs a ctrlrange around 0: the speed of the rim, m/s", name));
    return {static_cast<size_t>(actuator), {x, y, radius}, std::min(-limits.low, limits.high)};
  }

  std::vector<Wheel> wheels_;
  std::array<Ramp, 3> velocity_;
  bool has_rate_ = false;
  double since_ = 0;  // s, time of the last action
};

}  // namespace

std::vector<TermRow<ActionTerm>> wheel_actions() {
  return {
      term_row<ActionTerm, OmniBase>("omni_base",
                                     "the velocity x, y and theta of `body`, along and about its own axes, within "
                                     "±`limits`, on `wheels`: velocity servos on sites, `radius` m from the middle, "
                                     "that get ctrl = gx vx + gy vy + radius ω, (gx, gy) the gear; "
                                     "where one would leave its ctrlrange, all of them in proportion less. With an "
                                     "`acceleration` (m/s², m/s², rad/s²) the velocity changes at no more than that",
                                     "m/s, m/s, rad/s"),
  };
}

}  // namespace sinew
