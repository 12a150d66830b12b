#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "envs/env.h"
#include "envs/task/action_delay.h"
#include "envs/task/driven_joints.h"
#include "envs/task/task_terms.h"

namespace sinew {

class Renderer;

/// An initial state: a whole keyframe of the model or, for -1, the model's own initial state. Each array that is given
/// replaces that part of it. The arrays are those of a keyframe (qvel in rad/s or m/s, mpos [nmocap, 3],
/// mquat [nmocap, 4]).
struct ExactStart {
  int keyframe = -1;
  std::vector<double> qpos, qvel, act, ctrl, mpos, mquat;
};

/// A task made of terms around a MuJoCo simulation. One env step: the action, frame_skip physics steps, the
/// terminations, the reward terms, new commands where they are due, the observation. In a task with a `delay:` an
/// action takes effect when it arrives (ActionDelay); the terms see the policy's own action. A diverging simulation
/// truncates the episode with reward 0; the env keeps the state from before the step. A reward that is not finite as a
/// float is an Error that names the term.
class TaskEnv final : public Env {
 public:
  /// `pool`: from make_render_pool; the envs of a task share one.
  TaskEnv(std::string name, const TaskConfig& config, std::shared_ptr<const Model> model, const TaskRegistry& registry,
          std::shared_ptr<RenderPool> pool);
  ~TaskEnv() override;

  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override;
  /// Starts an episode at exactly this state: no reset term, no randomisation, no observation noise. Commands are still
  /// drawn. Throws when the sizes do not match the model.
  void reset_to(const ExactStart& start, Rng& rng);
  void reset_to(std::span<const double> qpos, std::span<const double> qvel, Rng& rng);
  StepResult step(std::span<const double> action, Rng& rng) override;

  /// step() in pieces, for a robot with a clock of its own: begin_step; then advance until frame_skip() physics steps
  /// are done, with apply before any of them for which a newer action has arrived; then end_step. Actions take effect
  /// at once: a `delay:` applies to step() only, since such a robot has a link of its own. Until the step has ended,
  /// call only const functions, simulation(), and visit_state to save; an env restored from such a save can be drawn,
  /// but not stepped. Only visit_state allocates.
  void begin_step(std::span<const double> action, Rng& rng);
  /// Stops clamping actions to their low and high, which are unknown to an external driver of the robot: numbers beyond
  /// them are applied as well, up to the limits of joints and motors.
  void obey_all();
  /// Replaces the action that the step began with, for the motors and for the terms that read it.
  void apply(std::span<const double> action);
  /// Returns false if the simulation diverged. The env then has the state from before the step, and the step must end
  /// now.
  bool advance(int physics_steps);
  StepResult end_step(Rng& rng);
  int frame_skip() const { return frame_skip_; }
  /// Duration of a physics step, s.
  double timestep() const { return model().timestep(); }
  const Model& model() const { return state_.sim.model(); }

  /// What each number of an action drives.
  const std::vector<ActionDrive>& drives() const { return driven_.drives(); }
  /// Measures the joint of each of drives(), as a robot would: the position with the error of its encoder (rad or m),
  /// the velocity (rad/s or m/s), and the force of its drive on it in the last physics step (N m or N). For a body: its
  /// own velocity, and 0 for the force and for the position, which no sensor measures. NaN where there is neither joint
  /// nor body. Each span has the size of drives(). Allocates nothing.
  void measure(std::span<double> position, std::span<double> velocity, std::span<double> torque) const {
    driven_.measure(state_, position, velocity, torque);
  }

  std::span<const double> observation(int index) const override { return observations_[static_cast<size_t>(index)]; }
  void observe_image(int index, std::span<uint8_t> frame) override;
  std::span<const double> reward_terms() const override { return rewards_; }
  /// Draws with the model's camera "track", or one that follows the robot, in full quality.
  bool render(int height, int width, std::span<uint8_t> pixels) override;
  void visit_state(StateArchive& archive) override;

  Simulation& simulation() { return state_.sim; }

 private:
  void clear_episode();
  void begin_episode(Rng& rng);
  void randomize_at_reset(Rng& rng);
  void randomize_when_due(Rng& rng);
  void update_commands(Rng& rng);
  void update_signals(Rng& rng);
  void update_observations(Rng& rng);
  void say(std::span<const double> action);
  void drive(std::span<const double> action);
  void prepare_step(std::span<const double> in_force, Rng& rng);
  void run_late(std::span<const double> action, Rng& rng);
  bool run_physics(int steps);
  void redo_physics(int steps);
  double sum_rewards();
  StepResult fail_step();

  EnvSpec spec_;
  int frame_skip_;
  TaskState state_;
  TaskTerms terms_;
  std::vector<double> rewards_;                    // the last step's terms, weighted
  std::vector<std::vector<double>> observations_;  // of each sensor, the current one
  std::vector<double> next_randomization_;         // of each randomisation, the time in s when it is due
  std::function<void()> controller_;               // empty: no action term has one
  std::optional<ActionDelay> delay_;               // none: actions act at once
  DrivenJoints driven_;
  int steps_done_ = 0;           // physics steps in this env step
  bool diverged_ = false;        // in this env step
  SimulationState before_step_;  // for an env step whose physics runs in several pieces
  std::unique_ptr<Renderer> renderer_;
};

}  // namespace sinew
