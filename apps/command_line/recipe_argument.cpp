#include "apps/command_line/recipe_argument.h"

#include <filesystem>

#include "apps/command_line/file_argument.h"
#include "core/input_path.h"

namespace sinew {

namespace fs = std::filesystem;

ConfigNode parse_recipe_file(const std::string& written) {
  const FoundFile found = find_file(written, "", &shipped_recipes);
  const std::string& path = found.path;
  if (!fs::exists(path))
    fail("cannot read '{}': No such file or directory{}{}", path, found.looked(),
         suggested_file(path, (fs::path(sinew_home()) / "configs" / "recipes").string()));
  ConfigNode node = ConfigNode::parse_file(path);
  if (node.is_map() && !node.find("task") && !node.find("algorithm") && (node.find("model") || node.find("env")))
    fail(
        "'{}' is a task, not a recipe: a recipe names it as 'task' and says how to learn it; see those in "
        "configs/recipes",
        path);
  return node;
}

}  // namespace sinew
