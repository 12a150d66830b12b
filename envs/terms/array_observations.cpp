// Observations that are a slice of one of MuJoCo's arrays.
#include <algorithm>

#include "envs/terms/tables.h"

namespace sinew {
namespace {

constexpr const char* spatial_names[] = {"rotation x", "rotation y", "rotation z", "x", "y", "z"};

using Array = std::span<const double> (*)(const Simulation&);

void check_slice(const ConfigNode& node, int from, int to, int end) {
  if (from >= to || to > end)
    throw node.error(fmt::format("the numbers from {} to {} (excluded) are asked for, of {}", from, to, end));
}

/// The accessors of an array with a number for each coordinate of qpos or of qvel.
struct CoordinateArray {
  Array array;
  int (Model::*size)() const;
  std::string (*label)(const Model&, int);
  std::string (Model::*unit)(int) const;
};

template <const CoordinateArray& kind>
class Coordinates final : public ObservationTerm {
 public:
  struct Params {
    int from = 0;
    std::optional<int> to;  // the end of the array when absent
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("from", from, at_least(0));
      v.optional("to", to, at_least(1));
    }
  };
  Coordinates(const Params& params, const TermSource& source) : from_(params.from) {
    const int end = (source.model.*kind.size)(), to = params.to.value_or(end);
    check_slice(source.node, from_, to, end);
    for (int i = from_; i < to; ++i) add_number(kind.label(source.model, i), (source.model.*kind.unit)(i));
  }
  void observe(const TaskState& state, Rng&, double* out) override {
    std::copy_n(kind.array(state.sim).data() + from_, size(), out);
  }

 private:
  int from_;
};

constexpr CoordinateArray positions = {[](const Simulation& sim) { return sim.qpos(); }, &Model::nq,
                                       [](const Model& model, int i) { return model.qpos_label(i); },
                                       &Model::qpos_unit};
constexpr CoordinateArray velocities = {
    [](const Simulation& sim) { return sim.qvel(); }, &Model::nv,
    [](const Model& model, int i) { return fmt::format("qvel[{}] {}", i, model.dof_name(i)); }, &Model::qvel_unit};
constexpr CoordinateArray constraint_forces = {
    [](const Simulation& sim) { return sim.qfrc_constraint(); }, &Model::nv,
    [](const Model& model, int i) { return fmt::format("qfrc_constraint[{}] {}", i, model.dof_name(i)); },
    &Model::force_unit};
constexpr CoordinateArray actuator_forces = {
    [](const Simulation& sim) { return sim.qfrc_actuator(); }, &Model::nv,
    [](const Model& model, int i) { return fmt::format("qfrc_actuator[{}] {}", i, model.dof_name(i)); },
    &Model::force_unit};

/// An array with `width` numbers for each body; observes the rows of the bodies from `from` on.
struct BodyArray {
  const char* name;
  Array array;
  int width;
  std::string (*part)(int);
  std::string (*unit)(int);
  bool external_forces;
};

template <const BodyArray& kind>
class Bodies final : public ObservationTerm {
 public:
  struct Params {
    int from = 1;  // skips the world, body 0, which has no useful numbers
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("from", from, at_least(0));
    }
  };
  Bodies(const Params& params, const TermSource& source) : first_(params.from * kind.width) {
    const int end = source.model.count(Model::Element::body);
    check_slice(source.node, params.from, end, end);
    source.needs_external_forces |= kind.external_forces;
    for (int body = params.from; body < end; ++body)
      for (int i = 0; i < kind.width; ++i)
        add_number(
            fmt::format("{}[{}] {} {}", kind.name, body, source.model.name(Model::Element::body, body), kind.part(i)),
            kind.unit(i));
  }
  void observe(const TaskState& state, Rng&, double* out) override {
    std::copy_n(kind.array(state.sim).data() + first_, size(), out);
  }

 private:
  int first_;
};

constexpr BodyArray body_inertias = {"cinert",
                                     [](const Simulation& sim) { return sim.cinert(); },
                                     10,
                                     [](int i) {
                                       constexpr const char* names[] = {"xx", "yy",     "zz",     "xy",     "xz",
                                                                        "yz", "mass x", "mass y", "mass z", "mass"};
                                       return std::string(names[i]);
                                     },
                                     [](int i) {
                                       return std::string(i < 6 ? "kg m^2" : i < 9 ? "kg m" : "kg");
                                     },
                                     false};
constexpr BodyArray body_velocities = {"cvel",
                                       [](const Simulation& sim) { return sim.cvel(); },
                                       6,
                                       [](int i) { return std::string(spatial_names[i]); },
                                       [](int i) { return std::string(i < 3 ? "rad/s" : "m/s"); },
                                       false};
constexpr BodyArray body_forces = {"cfrc_ext",
                                   [](const Simulation& sim) { return sim.cfrc_ext(); },
                                   6,
                                   [](int i) { return std::string(spatial_names[i]); },
                                   [](int i) { return std::string(i < 3 ? "N m" : "N"); },
                                   true};

}  // namespace

std::vector<TermRow<ObservationTerm>> array_observations() {
  return {
      term_row<ObservationTerm, Coordinates<positions>>("qpos", "positions of the joints, qpos[from … to)",
                                                        "m, rad, or 1 in a quaternion"),
      term_row<ObservationTerm, Coordinates<velocities>>("qvel", "velocities of the joints, qvel[from … to)",
                                                         "m/s or rad/s"),
      term_row<ObservationTerm, Coordinates<constraint_forces>>(
          "qfrc_constraint", "forces of contacts and limits on the joints, qfrc_constraint[from … to)", "N or N m"),
      term_row<ObservationTerm, Coordinates<actuator_forces>>(
          "qfrc_actuator", "forces of the actuators on the joints, qfrc_actuator[from … to)", "N or N m"),
      term_row<ObservationTerm, Bodies<body_inertias>>(
          "cinert", "inertia about the centre of mass of its tree, and mass (10 numbers), of each body from `from` on",
          "kg m², kg m, kg"),
      term_row<ObservationTerm, Bodies<body_velocities>>(
          "cvel", "angular and linear velocity about the centre of mass of its tree, of each body from `from` on",
          "rad/s, m/s"),
      term_row<ObservationTerm, Bodies<body_forces>>(
          "cfrc_ext", "torque and force of contacts and pushes on each body from `from` on, 0 after a reset", "N m, N"),
  };
}

}  // namespace sinew
