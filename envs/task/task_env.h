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

/// A state to begin from: a keyframe of the model, all of it, or -1, the model's own initial one; and in its place,
/// where they are given, the numbers that a keyframe has (qvel in rad/s or m/s, mpos [nmocap, 3], mquat [nmocap, 4]).
struct ExactStart {
  int keyframe = -1;
  std::vector<double> qpos, qvel, act, ctrl, mpos, mquat;
};

/// A task made of terms around a MuJoCo simulation. One env step: the action, frame_skip physics
/// steps, the terminations, the reward terms, new commands where they are due, the observation. In a task with a
/// `delay:` an action takes over when it arrives (ActionDelay); the terms see what the policy said.
/// A simulation that diverges and an action that is not finite truncate the episode with reward 0;
/// the env stands where it stood before the step. A reward that is not finite as a float is an Error
/// that names the term.
class TaskEnv final : public Env {
 public:
  /// `pool`: make_render_pool's; the envs of a task share one.
  TaskEnv(std::string name, const TaskConfig& config, std::shared_ptr<const Model> model, const TaskRegistry& registry,
          std::shared_ptr<RenderPool> pool);
  ~TaskEnv() override;

  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override;
  /// Starts an episode at exactly this state: no reset term, no randomisation, no noise on what is
  /// observed. Commands are still drawn. Throws when the sizes are not the model's.
  void reset_to(const ExactStart& start, Rng& rng);
  void reset_to(std::span<const double> qpos, std::span<const double> qvel, Rng& rng);
  StepResult step(std::span<const double> action, Rng& rng) override;

  /// The pieces of step, for a robot whose clock is not ours: begin_step; advance until frame_skip() physics steps are
  /// done, with apply before any of them for which a newer action has come; end_step. The numbers of an action must be
  /// finite, and act at once: a `delay:` is of step alone, for such a robot has a link of its own. Nothing else may be
  /// called before the step has ended, but what is const, simulation(), and visit_state to save: what is restored of
  /// that can be drawn, and not stepped on. They allocate nothing, but that.
  void begin_step(std::span<const double> action, Rng& rng);
  /// Whoever drives its robot knows nothing of its actions' low and high: numbers beyond them are obeyed as well, up to
  /// what joints and motors can do.
  void obey_all();
  /// In place of the action that the step began with: for the motors, and for the terms that look at it.
  void apply(std::span<const double> action);
  /// False: the simulation diverged, so that the env stands where it stood before the step, which is to end now.
  bool advance(int physics_steps);
  StepResult end_step(Rng& rng);
  int frame_skip() const { return frame_skip_; }
  /// Of a physics step, s.
  double timestep() const { return model().timestep(); }
  const Model& model() const { return state_.sim.model(); }

  /// What each number of an action drives.
  const std::vector<ActionDrive>& drives() const { return driven_.drives(); }
  /// Of the joint of each of drives(), as a robot measures it: the position with the error of its encoder (rad or m),
  /// the velocity (rad/s or m/s), and the force on it of what drives it, in the last physics step (N m or N). Of a
  /// body, its own velocity, and 0: where it is nobody measures. NaN where there is neither. Each span has the size of
  /// drives(). Allocates nothing.
  void measure(std::span<double> position, std::span<double> velocity, std::span<double> torque) const {
    driven_.measure(state_, position, velocity, torque);
  }

  void observe(int index, std::span<double> out) const override;
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
  std::vector<std::vector<double>> observations_;  // of each sensor, the present one
  std::vector<double> next_randomization_;         // of each randomisation, the time in s that it is due
  std::function<void()> controller_;               // empty: no action term has one
  std::optional<ActionDelay> delay_;               // none: actions act at once
  DrivenJoints driven_;
  int steps_done_ = 0;           // physics steps in this env step
  bool diverged_ = false;        // in this env step
  SimulationState before_step_;  // of an env step whose physics is made in several pieces
  std::unique_ptr<Renderer> renderer_;
};

}  // namespace sinew
