#pragma once
#include <memory>
#include <span>
#include <vector>

#include "sim/model.h"

struct mjData_;

namespace sinew {

/// Everything that the next steps depend on, exactly: time, qpos, qvel, act, qacc_warmstart, ctrl,
/// applied forces, mocap poses, user data. Flat numbers in a fixed order, ready for an archive.
using SimulationState = std::vector<double>;

/// One world in motion. Not thread-safe; different simulations of one Model may run in different
/// threads. Nothing but the constructor, save_state and a growth of the buffers allocates.
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

  /// The model's initial position at rest. Call forward() once qpos and qvel are as wanted.
  void reset();
  /// Computes what follows from the state: xpos, site_xpos, contacts, forces. Does not move.
  void forward();
  /// n steps of the model's timestep. Positions derived from the state (xpos, site_xpos) are left as
  /// the last step had them: they belong to the state before its integration.
  /// False: the simulation diverged (a NaN, an infinity or a number beyond 1e10 in the state or the
  /// acceleration). It then stands again where it stood before the call.
  [[nodiscard]] bool step(int n = 1);

  double time() const;
  std::span<double> qpos() { return {qpos_, nq_}; }
  std::span<double> qvel() { return {qvel_, nv_}; }
  std::span<double> ctrl() { return {ctrl_, nu_}; }
  std::span<const double> qpos() const { return {qpos_, nq_}; }
  std::span<const double> qvel() const { return {qvel_, nv_}; }
  std::span<const double> ctrl() const { return {ctrl_, nu_}; }
  std::span<const double> qfrc_constraint() const { return {qfrc_constraint_, nv_}; }
  /// World positions, [3], in metres.
  std::span<const double, 3> xpos(int body) const { return std::span<const double, 3>(xpos_ + 3 * body, 3); }
  std::span<const double, 3> site_xpos(int site) const { return std::span<const double, 3>(site_xpos_ + 3 * site, 3); }

  SimulationState save_state() const;
  /// Throws when the state is of another model. Call forward() to have derived numbers too.
  void restore_state(const SimulationState& state);

  /// How often the buffers have doubled.
  int buffer_growths() const { return level_; }

  /// MuJoCo's own, for sim/ alone. The model is a view of model() with this simulation's buffer sizes.
  const mjModel_& raw_model() const { return *view_; }
  const mjData_& raw() const { return *data_; }

 private:
  enum class Event { none, full, diverged };
  void allocate();
  void grow();
  void copy_state_to(SimulationState& state) const;
  void copy_state_from(const SimulationState& state);
  Event take_event();
  bool state_is_sane() const;

  std::shared_ptr<const Model> model_;
  std::unique_ptr<mjModel_> view_;  // the struct alone; its arrays are the shared model's
  mjData_* data_ = nullptr;
  int level_ = 0;
  SimulationState before_;  // the state before the present step

  double *qpos_ = nullptr, *qvel_ = nullptr, *ctrl_ = nullptr;
  const double *qfrc_constraint_ = nullptr, *xpos_ = nullptr, *site_xpos_ = nullptr;
  size_t nq_, nv_, nu_;
};

}  // namespace sinew
