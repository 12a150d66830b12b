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

/// Everything that the next steps depend on, exactly: time, qpos, qvel, act, qacc_warmstart, ctrl,
/// applied forces, mocap poses, user data. Flat numbers in a fixed order.
using SimulationState = std::vector<double>;

/// Two geoms that touch, or nearly so.
struct Contact {
  int geom1, geom2;
  double distance;                 // m; negative: they penetrate
  double normal_force;             // N; 0 while they do not push each other
  std::array<double, 3> position;  // m, in the world: midway between the two surfaces
};

/// One world in motion. Not thread-safe; different simulations of one Model may run in different
/// threads. Nothing but the constructor, state, visit_state and a growth of the buffers allocates.
///
/// MuJoCo's buffers for contacts and constraints start small (its defaults cost megabytes and slow
/// resets). When one is full, the step is taken back, the buffers double, and it is done again: no
/// contact or constraint is ever dropped, and the numbers are those of buffers large from the start.
class Simulation {
 public:
  explicit Simulation(std::shared_ptr<const Model> model);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  const Model& model() const { return *model_; }
  const std::shared_ptr<const Model>& shared_model() const { return model_; }

  /// The model's initial position at rest, and its own parameters as loaded. Call forward() once qpos
  /// and qvel are as wanted.
  void reset();
  /// Time, qpos, qvel, act, ctrl and mocap poses as a keyframe of the model has them, as mj_resetDataKeyframe does;
  /// the rest stays. Call forward() once qpos and qvel are as wanted.
  void set_keyframe(int keyframe);
  /// Computes what follows from the state: xpos, site_xpos, contacts, forces. Does not move.
  void forward();
  /// n steps of the model's timestep. Positions derived from the state (xpos, site_xpos) are left as
  /// the last step had them: they belong to the state before its integration.
  /// False: the simulation diverged (a NaN, an infinity or a number beyond 1e10 in the state or the
  /// acceleration). It then stands again where it stood before the call.
  [[nodiscard]] bool step(int n = 1);
  /// The same with a controller that sets ctrl or applied forces from the state before each of the n
  /// steps. It must depend on the state alone: a step may be done again.
  [[nodiscard]] bool step(int n, const std::function<void()>& controller);
  /// Fills cfrc_ext, which a step leaves alone: the forces of contacts and applied forces on each body
  /// after the last step. A reset makes them 0.
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
  /// Of `body` and all that hangs on it, in world coordinates; m. Body 0, the world, is everything.
  std::span<const double, 3> center_of_mass(int body) const;
  /// Velocity of the body's frame: angular (rad/s), then linear (m/s), in the body's own axes or the world's.
  std::array<double, 6> body_velocity(int body, bool own_axes) const;
  std::span<const double> cinert() const;         // [nbody, 10] inertia and mass about the centre of mass
  std::span<const double> cvel() const;           // [nbody, 6] velocity about the centre of mass; rad/s, m/s
  std::span<const double> cfrc_ext() const;       // [nbody, 6] torque and force; N m, N
  std::span<const double> qfrc_actuator() const;  // [nv] of the actuators on the joints; N or N m
  std::span<double> qfrc_applied();  // [nv] set by a controller, added to the actuators'; kept until changed
  std::span<const double> qfrc_applied() const;
  std::span<const double> actuator_force() const;  // [nu] N, or N m
  std::span<const double> sensordata() const;      // MuJoCo's sensors, side by side
  int contact_count() const;
  Contact contact(int i) const;

  /// Gives this simulation a model of its own, whose parameters may be changed. Spans taken from the
  /// simulation stay valid. Once made, it stays.
  void make_model_its_own();
  bool owns_model() const { return own_model_ != nullptr; }
  /// The values of a parameter, writable; the model must be its own. Call parameters_changed() after.
  std::span<double> parameter(ModelParameter parameter);
  std::span<float> color(ModelColor color);
  /// Recomputes what MuJoCo derives from the parameters. The state stays, and what was derived from it.
  void parameters_changed();

  SimulationState state() const;
  /// The same into what state() has returned: allocates nothing.
  void state(SimulationState& into) const { copy_state_to(into); }
  /// Goes to a state(), and computes what follows from it.
  void go_to(const SimulationState& state);

  /// Saves the simulation as the last forward() or step() left it, or restores it, whatever this one
  /// has done before. What a step derives (xpos, contacts, forces, sensors) belongs to the state before
  /// its last move, so the state alone does not bring it back: restoring goes to where that call began
  /// and has redo(n) make it again: step(n), or forward() where n is 0, with the same controller and
  /// compute_external_forces(), if any.
  /// Where this gives other bits (another CPU or library), the archive gets a warning, and the saved
  /// state holds.
  void visit_state(StateArchive& archive, const std::function<void(int)>& redo);

  /// How often the buffers have doubled.
  int buffer_growths() const { return level_; }

  /// MuJoCo's own, for sim/ alone. The model is a view of model() with this simulation's buffer sizes.
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
  std::unique_ptr<mjModel_> view_;  // the struct alone; its arrays are the shared model's, or own_model_'s
  mjData_* data_ = nullptr;
  int level_ = 0;
  SimulationState before_;  // the state before the last forward() or step()

  double *qpos_ = nullptr, *qvel_ = nullptr, *ctrl_ = nullptr;
  const double *qfrc_constraint_ = nullptr, *xpos_ = nullptr, *site_xpos_ = nullptr;
  size_t nq_, nv_, nu_;
};

}  // namespace sinew
