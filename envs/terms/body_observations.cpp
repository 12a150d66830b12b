// Observations of a body's orientation and motion, as an inertial sensor on it would measure them.
#include <cmath>

#include "envs/terms/axes.h"
#include "envs/terms/point.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

struct BodyParams {
  std::string body;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("body", body);
  }
};

class BodyOrientation final : public ObservationTerm {
 public:
  using Params = BodyParams;
  BodyOrientation(const Params& params, const TermSource& source)
      : body_(source.find(Model::Element::body, params.body)) {
    for (const char* part : {"w", "x", "y", "z"}) add_number(fmt::format("{} quat {}", params.body, part), "1");
  }
  void observe(const TaskState& state, Rng&, double* out) override {
    const auto q = state.sim.xquat(body_);
    const double sign = q[0] < 0 ? -1 : 1;  // q and −q are the same rotation
    for (size_t i = 0; i < 4; ++i) out[i] = sign * q[i];
  }

 private:
  int body_;
};

/// The offset of the three numbers of a velocity in Simulation::body_velocity's six.
struct Part {
  size_t first;
  char letter;
  const char* unit;
};
constexpr Part angular = {0, 'w', "rad/s"};
constexpr Part linear = {3, 'v', "m/s"};

template <const Part& part>
class BodyVelocity final : public ObservationTerm {
 public:
  struct Params : BodyParams {
    std::string frame = "own";
    std::vector<std::string> axes = {"x", "y", "z"};
    template <class Visitor>
    void visit(Visitor& v) {
      BodyParams::visit(v);
      v.optional("frame", frame, Choices{"own", "world"});
      v.optional("axes", axes);
    }
  };
  BodyVelocity(const Params& params, const TermSource& source)
      : body_(source.find(Model::Element::body, params.body)), own_axes_(params.frame == "own") {
    for (const std::string& axis : params.axes) {
      axes_.push_back(checked_axis(axis, source.node));
      add_number(fmt::format("{} {}{}{}", params.body, part.letter, axis, own_axes_ ? "" : " world"), part.unit);
    }
  }
  void observe(const TaskState& state, Rng&, double* out) override {
    const std::array<double, 6> velocity = state.sim.body_velocity(body_, own_axes_);
    for (const size_t axis : axes_) *out++ = velocity[part.first + axis];
  }

 private:
  int body_;
  bool own_axes_;
  std::vector<size_t> axes_;
};

class ProjectedGravity final : public ObservationTerm {
 public:
  using Params = BodyParams;
  ProjectedGravity(const Params& params, const TermSource& source) : body_(Point::body(params.body, source)) {
    const auto g = source.model.gravity();
    const double size = std::hypot(g[0], g[1], g[2]);
    if (size == 0) throw source.node.error(fmt::format("there is no gravity in '{}'", source.model.path()));
    for (size_t i = 0; i < 3; ++i) {
      direction_[i] = g[i] / size;
      add_number(fmt::format("{} gravity {}", params.body, "xyz"[i]), "1");
    }
  }
  void observe(const TaskState& state, Rng&, double* out) override {
    for (const double x : body_.to_frame(state.sim, direction_)) *out++ = x;
  }

 private:
  Point body_;
  std::array<double, 3> direction_;
};

}  // namespace

std::vector<TermRow<ObservationTerm>> body_observations() {
  return {
      term_row<ObservationTerm, BodyOrientation>(
          "body_quat", "orientation of `body` in the world, a unit quaternion (w, x, y, z) with w ≥ 0", "1"),
      term_row<ObservationTerm, BodyVelocity<linear>>(
          "body_linear_velocity", "velocity of the origin of `body` along `axes`, its `own` or those of the `world`",
          "m/s"),
      term_row<ObservationTerm, BodyVelocity<angular>>(
          "body_angular_velocity", "angular velocity of `body` about `axes`, its `own` or those of the `world`",
          "rad/s"),
      term_row<ObservationTerm, ProjectedGravity>(
          "projected_gravity", "Rᵀ g / ‖g‖, the direction of gravity in the axes of `body`: (0, 0, −1) when upright",
          "1"),
  };
}

}  // namespace sinew
