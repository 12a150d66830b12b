// sinew inspect: the contents of a model, and a starter task.
#include <fmt/core.h>
#include <unistd.h>

#include <memory>

#include "apps/command_line/json_file_internal.h"
#include "apps/command_line/terminal.h"
#include "apps/commands/commands.h"
#include "apps/inspect/inspect_model_internal.h"
#include "apps/inspect/starter_task_internal.h"
#include "core/input_path.h"

namespace sinew {
namespace {

struct InspectOptions {
  std::string model, task, json;
  bool overwrite = false;
};

int inspect(const InspectOptions& options, const Registry& registry) {
  const FoundFile found = find_file(options.model, "");
  if (!found.is_there) fail("cannot load the model '{}': there is no such file{}", options.model, found.looked());
  const auto model = Model::load(found.path);
  if (!options.task.empty()) write_starter_task(model, options.task, options.overwrite, registry.tasks);
  if (!options.json.empty()) write_json(options.json, model_facts(*model));
  const int width = terminal_width(STDOUT_FILENO);
  fmt::print("{}", model_report(*model));
  for (const std::string& sentence : model_advice(*model)) fmt::print("\n{}\n", wrap(sentence, width));
  if (!options.task.empty())
    fmt::print("\nA starter task is in {}. To train it:\n  {}\n", options.task, starter_command(options.task));
  return 0;
}

}  // namespace

Command::Work declare_inspect(CommandLine& line, const Registry& registry) {
  auto options = std::make_shared<InspectOptions>();
  line.argument("MODEL", options->model, "an MJCF or URDF file").is_input();
  line.option("--task", options->task, "F.yaml", "also write a commented starter task, which trains as it stands")
      .is_output(yaml_of_ours("a starter task", starter_first_line));
  line.flag("--overwrite", options->overwrite, "replace F.yaml if it is there");
  line.option("--json", options->json, "F", "also write the facts as one JSON object")
      .is_output(json_result("'sinew inspect'", {"model", "format", "timestep"}));
  line.example("sinew inspect sim/models/half_cheetah.xml --task my_task.yaml");
  return [options, &registry] { return inspect(*options, registry); };
}

}  // namespace sinew
