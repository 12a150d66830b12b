#pragma once
#include <memory>
#include <string>
#include <vector>

#include "envs/env.h"
#include "envs/task_config.h"
#include "envs/task_registry.h"
#include "sim/simulation.h"

namespace sinew {

class Renderer;

/// A task made of terms around a MuJoCo simulation. One env step: the action becomes ctrl,
/// frame_skip physics steps, the terminations, the reward terms. A simulation that diverges, an
/// action or a reward that is not finite truncates the episode with reward 0 and stands where it
/// stood before the step.
class TaskEnv final : public Env {
 public:
  TaskEnv(std::string name, const TaskConfig& config, std::shared_ptr<const Model> model, const TaskRegistry& registry);
  ~TaskEnv() override;

  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override;
  StepResult step(std::span<const double> action, Rng& rng) override;
  void observe(int index, std::span<double> out) const override;
  std::span<const double> reward_terms() const override { return rewards_; }
  /// Draws with the model's camera "track", or one that follows the robot, in full quality.
  bool render(int height, int width, std::span<uint8_t> pixels) override;

  Simulation& simulation() { return sim_; }

 private:
  using Observations = std::vector<std::unique_ptr<ObservationTerm>>;  // of one sensor
  struct Reward {
    std::unique_ptr<RewardTerm> term;
    double weight;
  };
  void add_sensor(const std::string& name, const ConfigNode& terms, const TaskRegistry& registry);
  void choose_actuators(const ConfigNode& actuators);
  StepResult fail_step();

  EnvSpec spec_;
  Simulation sim_;
  int frame_skip_;
  double dt_;
  int elapsed_ = 0;
  std::vector<Observations> observations_;
  std::vector<int> actuators_;  // of each number of the action
  std::vector<Reward> reward_;
  std::vector<std::unique_ptr<TerminationTerm>> terminations_;
  std::vector<std::unique_ptr<ResetTerm>> resets_;
  std::vector<double> rewards_;  // the last step's terms, weighted
  std::unique_ptr<Renderer> renderer_;
};

}  // namespace sinew
