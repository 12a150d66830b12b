#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "envs/env.h"
#include "envs/task/camera_sensor.h"
#include "envs/task/task_config.h"
#include "envs/terms/task_registry.h"

namespace sinew {

/// The terms of a task's YAML, created and named.
struct TaskTerms {
  struct Reward {
    std::string kind;  // the term's name in the registry
    std::unique_ptr<RewardTerm> term;
    double weight;
  };
  struct Command {
    std::unique_ptr<CommandTerm> term;
    double resample;  // seconds; 0: at the start of an episode only
  };
  struct Interval {
    double low, high;  // seconds
  };
  struct Randomization {
    std::unique_ptr<RandomizationTerm> term;
    std::optional<Interval> interval;  // redrawn after each interval; none: at resets
  };

  std::vector<double> default_pose;                                         // [nq]
  std::vector<std::vector<std::unique_ptr<ObservationTerm>>> observations;  // of each sensor; empty: a camera
  std::vector<std::unique_ptr<CameraSensor>> cameras;                       // of each sensor; null: numbers
  std::vector<std::unique_ptr<ActionTerm>> actions;
  std::vector<Reward> rewards;
  std::vector<std::unique_ptr<TerminationTerm>> terminations;
  std::vector<std::unique_ptr<ResetTerm>> resets;
  std::vector<Command> commands;
  std::vector<Randomization> randomizations;
  bool needs_external_forces = false;

  /// Creates the terms; fills the sensors, actions and reward names of `spec`, and the commands of `state`. `pool`:
  /// from make_render_pool.
  TaskTerms(const TaskConfig& config, const TaskRegistry& registry, EnvSpec& spec, TaskState& state,
            std::shared_ptr<RenderPool> pool);

  void visit_state(StateArchive& archive);

  /// Calls visit(Term&) for every term.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (auto& sensor : observations)
      for (auto& term : sensor) visit(static_cast<Term&>(*term));
    for (auto& term : actions) visit(static_cast<Term&>(*term));
    for (auto& reward : rewards) visit(static_cast<Term&>(*reward.term));
    for (auto& term : terminations) visit(static_cast<Term&>(*term));
    for (auto& term : resets) visit(static_cast<Term&>(*term));
    for (auto& command : commands) visit(static_cast<Term&>(*command.term));
    for (auto& randomization : randomizations) visit(static_cast<Term&>(*randomization.term));
  }
};

}  // namespace sinew
