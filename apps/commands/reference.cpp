// sinew layers, sinew algorithms, sinew recipe, sinew robot-file: the keys of YAML files.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "apps/command_line/terminal.h"
#include "apps/commands/commands.h"
#include "apps/commands/reference_page.h"

namespace sinew {
namespace {

struct ReferenceOptions {
  std::string name;  // empty: all
  bool markdown = false;
};

int print_page(ReferencePage page, const ReferenceOptions& options, const std::string& command) {
  if (!options.name.empty()) {
    std::vector<std::string> known;
    for (const ReferenceEntry& entry : page.entries) known.push_back(entry.name);
    std::erase_if(page.entries, [&](const ReferenceEntry& entry) { return entry.name != options.name; });
    if (page.entries.empty())
      fail("there is no {} '{}'{}", page.noun, shortened(options.name), suggestion(options.name, known));
  }
  fmt::print(
      "{}", options.markdown ? reference_markdown(page, command) : reference_text(page, terminal_width(STDOUT_FILENO)));
  return 0;
}

Command::Work declare(CommandLine& line, const std::string& command, const char* page, bool has_names,
                      const std::function<ReferencePage()>& make) {
  auto options = std::make_shared<ReferenceOptions>();
  if (has_names) line.argument("NAME", options->name, "only this one", false);
  line.flag("--markdown", options->markdown, fmt::format("as the page {}", page));
  line.example(command);
  return [options, command, make] { return print_page(make(), *options, command); };
}

}  // namespace

Command::Work declare_layers(CommandLine& line, const Registry& registry) {
  return declare(line, "sinew layers", "docs/layers.md", true, [&registry] { return layers_page(registry.layers); });
}

Command::Work declare_algorithms(CommandLine& line, const Registry& registry) {
  return declare(line, "sinew algorithms", "docs/algorithms/keys.md", true,
                 [&registry] { return algorithms_page(registry.algorithms); });
}

Command::Work declare_recipe(CommandLine& line) {
  return declare(line, "sinew recipe", "docs/recipe.md", false, recipe_page);
}

Command::Work declare_robot_file(CommandLine& line, const AdapterTable& adapters) {
  return declare(line, "sinew robot-file", "docs/robots/file.md", false,
                 [&adapters] { return robot_file_page(adapters); });
}

}  // namespace sinew
