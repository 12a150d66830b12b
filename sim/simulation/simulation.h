#pragma once
#include <array>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "sim/model/model.h"

struct mjData_;

namespace sinew {

class StateArchive;

/// The exact state that the next steps depend on: time, qpos, qvel, act, qacc_warmstart, ctrl, applied forces, mocap
/// poses, user data. Flat numbers in a fixed order.
using SimulationState = std::vector<double>;

/// Two geoms that touch, or nearly so.
struct Contact {
  int geom1, geom2;
  double distance;                 // m; negative: they penetrate
  double normal_force;             // N; 0 while they do not push each other
  std::array<double, 3> position;  // m, in the world frame: midway between the two surfaces
};

/// One running world. Not thread-safe; different simulations of one Model may run in different threads. Only the
/// constructor, state, visit_state and a growth of the buffers allocate.
///
/// MuJoCo's buffers for contacts and constraints start small (its defaults cost megabytes and slow resets). When one is
/// full, the step is undone, the buffers double, and the step is repeated: no contact or constraint is ever dropped,
/// and the numbers equal those with buffers that are large from the start.
class Simulation {
 public:
  explicit Simulation(std::shared_ptr<const Model> model);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  const Model& model() const { return *model_; }
  const std::shared_ptr<const Model>& shared_model() const { return model_; }

  /// Sets the model's initial position at rest, and its own parameters as loaded. Call forward() after setting qpos and
  /// qvel.
  void reset();
  /// Sets time, qpos, qvel, act, ctrl and mocap poses from a keyframe of the model, as mj_resetDataKeyframe does; the
  /// rest stays. Call forward() after setting qpos and qvel.
  void set_keyframe(int keyframe);
  /// Computes the values derived from the state: xpos, site_xpos, contacts, forces. Does not advance.
  void forward();
  /// Makes n steps of the model's timestep. Positions derived from the state (xpos, site_xpos) are left as the last
  /// step computed them: they belong to the state before its integration. Returns false if the simulation diverged (a
  /// NaN, an infinity or a number beyond 1e10 in the state or the acceleration). It then has the state from before the
  /// call again.
  [[nodiscard]] bool step(int n = 1);
  /// The same with a controller that sets ctrl or applied forces from the state before each of the n steps. It must
  /// depend only on the state: a step may be repeated.
  [[nodiscard]] bool step(int n, const std::function<void()>& controller);
  /// Computes cfrc_ext, which a step does not: the forces of contacts and applied forces on each body after the last
  /// step. A reset sets them to 0.
  void compute_external_forces();

  double time() const;
  std::span<double> qpos() { return {qpos_, nq_}; }
  std::span<double> qvel() { return {qvel_, nv_}; }
  std::span<double> ctrl() { return {ctrl_, nu_}; }
  std::span<double> act();         // of each actuator with a state
  std::span<double> mocap_pos();   // [nmocap, 3], m
  std::span<double> mocap_quat();  // [nmocap, 4], (w, x, y, z)
  std::span<const double> qpos() const { return {qpos_, nq_}; }
  std::span<const double> qvel() const { return {qvel_, nv_}; }
  std::span<const double> ctrl() const { return {ctrl_, nu_}; }
  std::span<const double> qfrc_constraint() const { return {qfrc_constraint_, nv_}; }
  /// World positions, [3], in metres.
  std::span<const double, 3> xpos(int body) const { return std::span<const double, 3>(xpos_ + 3 * body, 3); }
  std::span<const double, 3> site_xpos(int site) const { return std::span<const double, 3>(site_xpos_ + 3 * site, 3); }

  std::span<const double, 4> xquat(int body) const;  // world orientation, a unit quaternion (w, x, y, z)
  std::span<const double, 9> xmat(int body) const;   // the same as a rotation matrix, row by row
  std::span<const double, 9> site_xmat(int site) const;
  /// The centre of mass of `body` and all its descendants, in world coordinates; m. For body 0, the world: of
  /// everything.
  std::span<const double, 3> center_of_mass(int body) const;
  /// Velocity of the body's frame: angular (rad/s), then linear (m/s), in the body's own axes or in world axes.
  std::array<double, 6> body_velocity(int body, bool own_axes) const;
  std::span<const double> cinert() const;         // [nbody, 10] inertia and mass about the centre of mass
  std::span<const double> cvel() const;           // [nbody, 6] velocity about the centre of mass; rad/s, m/s
  std::span<const double> cfrc_ext() const;       // [nbody, 6] torque and force; N m, N
  std::span<const double> qfrc_actuator() const;  // [nv] actuator forces on the joints; N or N m
  std::span<double> qfrc_applied();  // [nv] set by a controller, added to the actuators'; kept until changed
  std::span<const double> qfrc_applied() const;
  std::span<const double> actuator_force() const;  // [nu] N, or N m
  std::span<const double> sensordata() const;      // MuJoCo's sensors, side by side
  int contact_count() const;
  Contact contact(int i) const;

  /// Gives this simulation its own model, whose parameters may be changed. Spans taken from the simulation stay valid.
  /// The own model is permanent.
  void make_model_its_own();
  bool owns_model() const { return own_model_ != nullptr; }
  /// The values of a parameter, writable; the simulation must own its model. Call parameters_changed() after a change.
  std::span<double> parameter(ModelParameter parameter);
  std::span<float> color(ModelColor color);
  /// Recomputes the values that MuJoCo derives from the parameters. The state and the values derived from it stay.
  void parameters_changed();

  SimulationState state() const;
  /// The same into a state() returned before: allocates nothing.
  void state(SimulationState& into) const { copy_state_to(into); }
  /// Restores a state(), and computes the values derived from it.
  void go_to(const SimulationState& state);

  /// Saves the simulation as the last forward() or step() left it, or restores it, whatever this simulation did before.
  /// The values that a step derives (xpos, contacts, forces, sensors) belong to the state before its last integration,
  /// so the state alone cannot restore them. Restoring therefore goes to the state where that call began and has
  /// redo(n) repeat it: step(n), or forward() where n is 0, with the same controller and compute_external_forces(), if
  /// any. Where this gives different bits (another CPU or library), the archive gets a warning, and the saved state is
  /// used.
  void visit_state(StateArchive& archive, const std::function<void(int)>& redo);

  /// The number of times the buffers have doubled.
  int buffer_growths() const { return level_; }

  /// MuJoCo's own, for sim/ only. The model is a view of model() with this simulation's buffer sizes.
  const mjModel_& raw_model() const { return *view_; }
  const mjData_& raw() const { return *data_; }

 private:
  enum class Event { none, full, diverged };
  template <class BeforeEach>
  bool step_with(int n, BeforeEach&& before_each);
  void allocate();
  void grow();
  void load_parameters();
  void visit_parameters(StateArchive& archive);
  void copy_state_to(SimulationState& state) const;
  void copy_state_from(const SimulationState& state);
  int steps_between(const SimulationState& from, const SimulationState& to) const;
  Event take_event();
  bool state_is_sane() const;

  std::shared_ptr<const Model> model_;
  mjModel_* own_model_ = nullptr;
  mjData_* reference_ = nullptr;  // where own_model_'s constants are computed
  bool parameters_as_loaded_ = true;
  std::unique_ptr<mjModel_> view_;  // only the struct; its arrays are the shared model's, or own_model_'s
  mjData_* data_ = nullptr;
  int level_ = 0;
  SimulationState before_;  // the state before the last forward() or step()

  double *qpos_ = nullptr, *qvel_ = nullptr, *ctrl_ = nullptr;
  const double *qfrc_constraint_ = nullptr, *xpos_ = nullptr, *site_xpos_ = nullptr;
  size_t nq_, nv_, nu_;
};

}  // namespace sinew
