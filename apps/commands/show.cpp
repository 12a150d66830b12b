// sinew show: describes a recipe or a policy.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <memory>

#include "apps/command_line/json_file_internal.h"
#include "apps/command_line/policy_argument.h"
#include "apps/command_line/recipe_argument.h"
#include "apps/commands/commands.h"
#include "core/input_path.h"
#include "nets/policy/trace.h"

namespace sinew {
namespace {

void print_trace(const char* title, const Trace& trace) {
  fmt::print("\n{} ({} FLOPs per row)\n", title, trace.flops());
  for (size_t i = 0; i < trace.steps.size(); ++i) {
    const TraceStep& step = trace.steps[i];
    if (step.operation == "parameter" || (step.operation == "constant" && i > 0)) continue;
    fmt::print("  {:<16} {:<10} {}{}\n", step.operation == "constant" ? step.source : step.layer, step.shape.text(),
               step.operation == "constant" ? "" : step.operation,
               step.activation.empty() ? "" : " + " + step.activation);
  }
}

void print_interface(const InterfaceSpec& spec) {
  const auto entry = [](const std::vector<std::string>& list, size_t i) { return i < list.size() ? list[i] : ""; };
  for (const SensorSpec& sensor : spec.sensors) {
    fmt::print("\nsensor '{}': {} [{}]\n", sensor.name, sensor.is_image() ? "uint8" : "float32",
               fmt::join(sensor.shape, ", "));
    if (sensor.is_image())
      fmt::print("  {} frame{} of '{}'\n", sensor.frames, sensor.frames == 1 ? "" : "s", sensor.format);
    for (size_t i = 0; i < sensor.labels.size(); ++i)
      fmt::print("  {:3}  {:<28} {}\n", i, sensor.labels[i], entry(sensor.units, i));
  }
  for (const ActionPart& part : spec.actions.parts) {
    fmt::print("\naction '{}'{}\n", part.name,
               spec.actions.rate > 0 ? fmt::format(", {:g} Hz", spec.actions.rate) : "");
    for (int i = 0; i < part.size(); ++i)
      fmt::print("  {:3}  {:<28} {}\n", i, entry(part.labels, i),
                 part.is_discrete() ? fmt::format("{} choices", part.choices[i])
                                    : fmt::format("[{:g}, {:g}] {}", part.low[i], part.high[i], entry(part.units, i)));
  }
}

void print_parameters(const Parameters& parameters) {
  for (const Parameter& parameter : parameters.list())
    fmt::print("  {:<24} {:<12} {}\n", parameter.name, parameter.shape.text(), parameter.shape.size());
}

// `critic`: the learner's critic; null if there is none.
void show_policy(const Policy& policy, const Critic* critic, const std::string& task) {
  fmt::print("task: {}\n", task);
  print_interface(policy.spec());
  fmt::print("\nparameters\n");
  print_parameters(policy.parameters());
  int64_t count = policy.parameters().size();
  if (critic) {
    print_parameters(critic->parameters());
    count += critic->parameters().size();
  }
  fmt::print("  {} numbers in all, {} of memory per env\n", count, policy.state_size());
  print_trace("actor", trace_actor(policy));
  if (critic) print_trace("critic", trace_critic(policy, *critic));
}

// Null if the learner stored no critic, or one of a kind that this program does not have.
std::unique_ptr<Critic> critic_of(const LoadedPolicy& loaded, const LayerTable<float>& layers) {
  if (loaded.learner.empty()) return nullptr;
  const Policy& policy = *loaded.policy;
  try {
    Rng unused;
    auto critic = std::make_unique<Critic>(policy.actor(), policy.spec(), policy.config(), layers, unused);
    return take_learner_parameters(loaded, critic->parameters()) ? std::move(critic) : nullptr;
  } catch (const Error&) {
    return nullptr;
  }
}

bool is_recipe(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".yaml" || extension == ".yml") return true;
  return !find_file(path, "", &shipped_policies).is_there && find_file(path, "", &shipped_recipes).is_there;
}

int show_command(const std::string& path, const Registry& registry) {
  if (is_recipe(path)) {
    const Recipe recipe = read_recipe(parse_recipe_file(path));
    const RecipeAlgorithm algorithm = read_algorithm(recipe, registry);
    const Task task = load_task(recipe.task, registry.tasks);
    Rng rng(recipe.seed);
    const Policy policy(task.factory()->spec(), recipe.network, registry.layers, rng);
    const Critic critic(policy.actor(), policy.spec(), recipe.network, registry.layers, rng);
    fmt::print("{}\n", resolve_recipe(recipe, algorithm).to_yaml());
    show_policy(policy, algorithm.row.has_critic ? &critic : nullptr, task.name);
    return 0;
  }
  const std::string file = policy_path(path);
  const LoadedPolicy loaded = load_policy(file, registry.layers);
  fmt::print("policy: {}\n", file);
  const Policy& policy = *loaded.policy;
  show_policy(policy, critic_of(loaded, registry.layers).get(), loaded.info.task);
  fmt::print("\nweights sha256 {}\n", whole_weights_hash(loaded));
  if (!loaded.learner.empty())
    fmt::print("sha256 of the weights that act, as named by links and recordings: {}\n", policy.weights_hash());
  return 0;
}

}  // namespace

Command::Work declare_show(CommandLine& line, const Registry& registry) {
  auto path = std::make_shared<std::string>();
  line.argument("CONFIG|POLICY", *path, "a recipe, a run folder or a .safetensors file").is_input();
  line.example("sinew show configs/recipes/half_cheetah_ppo.yaml");
  return [path, &registry] { return show_command(*path, registry); };
}

}  // namespace sinew
