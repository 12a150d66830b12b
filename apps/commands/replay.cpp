// sinew replay: applies given actions from a given state, open loop, with every number in full precision.
#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "apps/commands/commands.h"
#include "apps/robot/replay_input.h"
#include "core/safe_file.h"
#include "envs/task/make_env.h"
#include "envs/task/task_env.h"

namespace sinew {
namespace {

using nlohmann::ordered_json;

struct ReplayOptions {
  std::string task, input, output;
};

ordered_json observation_of(const Env& env) {
  ordered_json observation = ordered_json::object();
  const std::vector<SensorSpec>& sensors = env.spec().sensors;
  for (size_t i = 0; i < sensors.size(); ++i) {
    const std::span<const double> numbers = env.observation(static_cast<int>(i));
    observation[sensors[i].name] = std::vector(numbers.begin(), numbers.end());
  }
  return observation;
}

// One step per line: a roll-out is long and is compared line by line.
std::string text_of(const ordered_json& initial, const std::vector<std::string>& steps) {
  std::string text = "{\"initial_obs\":" + initial.dump() + ",\n\"steps\":[";
  for (size_t i = 0; i < steps.size(); ++i) text += (i ? ",\n" : "\n") + steps[i];
  return text + "\n]}\n";
}

int replay(const ReplayOptions& options, const Registry& registry) {
  const std::unique_ptr<Env> env = load_task(options.task, registry.tasks).factory();
  auto* task = dynamic_cast<TaskEnv*>(env.get());
  if (!task) fail("the task '{}' is not simulated by MuJoCo: it has no qpos and qvel to start from", env->spec().name);
  const ReplayInput input = read_replay_input(options.input, *task);
  Rng rng(0);  // used for commands only: nothing else is drawn
  with_context(options.input, [&] { task->reset_to(input.start, rng); });
  const ordered_json initial = observation_of(*env);
  std::vector<std::string> steps;
  StepResult result;
  for (const std::vector<double>& action : input.actions) {
    result = env->step(action, rng);
    steps.push_back(ordered_json{{"obs", observation_of(*env)},
                                 {"reward", result.reward},
                                 {"terminated", result.terminated},
                                 {"truncated", result.truncated}}
                        .dump());
    if (result.terminated || result.truncated) break;
  }
  write_file_atomically(options.output, text_of(initial, steps));
  const char* ending = result.diverged     ? "the simulation diverged"
                       : result.terminated ? "terminated"
                       : result.truncated  ? "the time is up"
                                           : "the actions are used up";
  fmt::print("{} of {} steps: {}\n", steps.size(), input.actions.size(), ending);
  return 0;
}

}  // namespace

Command::Work declare_replay(CommandLine& line, const Registry& registry) {
  auto options = std::make_shared<ReplayOptions>();
  line.argument("TASK", options->task, "a task's name (half_cheetah) or YAML file").is_input();
  line.option(
          "--input", options->input, "IN.json",
          R"({"qpos": […], "qvel": […], "actions": [[…], …]}; or {"keyframe": "NAME", "actions": …}: all of a keyframe of the model. act, ctrl, mpos and mquat, as MJCF has them, may be given, too)")
      .is_input();
  line.option("--output", options->output, "OUT.json",
              "gets initial_obs and, for each step, obs, reward, terminated and truncated")
      .is_output(json_result("'sinew replay'", {"initial_obs"}));
  line.example("sinew replay half_cheetah --input in.json --output out.json");
  return [options, &registry] {
    if (options->input.empty()) fail("replay: --input IN.json is required");
    if (options->output.empty()) fail("replay: --output OUT.json is required");
    return replay(*options, registry);
  };
}

}  // namespace sinew
