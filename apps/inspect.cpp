// sinew inspect: what a model has, and a task to start from.
#include <fmt/core.h>
#include <unistd.h>

#include <memory>

#include "apps/commands.h"
#include "apps/inspect_model_internal.h"
#include "apps/json_file_internal.h"
#include "apps/starter_task_internal.h"
#include "apps/terminal.h"

namespace sinew {
namespace {

struct InspectOptions {
  std::string model, task, json;
  bool overwrite = false;
};

// A URDF's root element is <robot>, an MJCF's <mujoco>.
bool is_urdf(const std::string& path) {
  const std::string text = read_file(path);
  const size_t robot = text.find("<robot");
  return robot != std::string::npos && robot < text.find("<mujoco");
}

int inspect(const InspectOptions& options, const Registry& registry) {
  const auto model = Model::load(options.model);
  const InspectedModel inspected{model, is_urdf(options.model)};
  if (!options.task.empty()) write_starter_task(inspected, options.task, options.overwrite, registry.tasks);
  if (!options.json.empty()) write_json(options.json, model_facts(inspected));
  const int width = terminal_width(STDOUT_FILENO);
  fmt::print("{}", model_report(inspected));
  for (const std::string& sentence : model_advice(inspected)) fmt::print("\n{}\n", wrap(sentence, width));
  if (!options.task.empty())
    fmt::print("\nA starter task is in {}. To train it:\n  {}\n", options.task, starter_command(options.task));
  return 0;
}

}  // namespace

Command::Work declare_inspect(CommandLine& line, const Registry& registry) {
  auto options = std::make_shared<InspectOptions>();
  line.argument("MODEL", options->model, "an MJCF or URDF file");
  line.option("--task", options->task, "F.yaml", "also write a commented starter task, which trains as it stands");
  line.flag("--overwrite", options->overwrite, "replace F.yaml if it is there");
  line.option("--json", options->json, "F", "also write the facts as one JSON object");
  line.example("sinew inspect sim/models/half_cheetah.xml --task my_task.yaml");
  return [options, &registry] { return inspect(*options, registry); };
}

}  // namespace sinew
