#include "agents/recipe.h"

#include <algorithm>
#include <filesystem>

namespace sinew {

Registry Registry::builtin() { return {TaskRegistry::builtin(), builtin_layers<float>(), builtin_algorithms()}; }

Recipe read_recipe(const ConfigNode& node) {
  Recipe recipe = read_config<Recipe>(node);
  const std::filesystem::path task = recipe.task;
  const bool is_path = task.has_parent_path() || task.extension() == ".yaml" || task.extension() == ".yml";
  if (is_path && task.is_relative() && !node.file().empty())  // absolute: the run folder's config.yaml keeps it
    recipe.task =
        std::filesystem::absolute(std::filesystem::path(node.file()).parent_path() / task).lexically_normal().string();
  return recipe;
}

const AlgorithmRow& find_algorithm(const Recipe& recipe, const Registry& registry, ConfigNode& options) {
  const ConfigNode* name = recipe.algorithm.find("name");
  if (!name) throw recipe.algorithm.error("the key 'name' is missing");
  const auto row = std::ranges::find(registry.algorithms, name->text(), &AlgorithmRow::name);
  if (row == registry.algorithms.end()) {
    std::vector<std::string> known;
    for (const AlgorithmRow& candidate : registry.algorithms) known.push_back(candidate.name);
    throw name->error(fmt::format("there is no algorithm '{}'{}", name->text(), suggestion(name->text(), known)));
  }
  options = recipe.algorithm;
  options.remove("name");
  return *row;
}

ConfigNode resolve_recipe(const Recipe& recipe, const Registry& registry) {
  ConfigNode options;
  const AlgorithmRow& row = find_algorithm(recipe, registry, options);
  ConfigNode algorithm = ConfigNode::map({{"name", ConfigNode::scalar(row.name)}});
  const ConfigNode resolved = row.resolve(options);
  for (const auto& [key, value] : resolved.entries()) algorithm.set(key, value);
  ConfigNode node = write_config(recipe);
  node.set("algorithm", algorithm);
  return node;
}

}  // namespace sinew
