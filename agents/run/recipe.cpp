#include "agents/run/recipe.h"

#include <algorithm>
#include <filesystem>

namespace sinew {

std::vector<std::string> changeable_keys() {
  std::vector<std::string> keys;
  for (const ParameterDoc& parameter : list_parameters<Recipe>())
    if (parameter.changeable) keys.push_back(parameter.name);
  return keys;
}

Registry Registry::builtin() { return {TaskRegistry::builtin(), builtin_layers<float>(), builtin_algorithms()}; }

Recipe read_recipe(const ConfigNode& node) {
  Recipe recipe = read_config<Recipe>(node);
  if (!names_task_file(recipe.task)) return recipe;
  const ConfigNode& task = *node.find("task");
  const FoundFile found = find_file(recipe.task, task.folder(), &shipped_tasks);
  if (!found.is_there)
    throw task.error(fmt::format("there is no task '{}'{}", shortened(recipe.task, 300), found.looked()));
  recipe.task = std::filesystem::absolute(found.path).lexically_normal().string();
  return recipe;
}

RecipeAlgorithm read_algorithm(const Recipe& recipe, const Registry& registry) {
  const ConfigNode* name = recipe.algorithm.find("name");
  if (!name) throw recipe.algorithm.error("the key 'name' is missing");
  const auto row = std::ranges::find(registry.algorithms, name->text(), &AlgorithmRow::name);
  if (row == registry.algorithms.end()) {
    std::vector<std::string> known;
    for (const AlgorithmRow& candidate : registry.algorithms) known.push_back(candidate.name);
    throw name->error(fmt::format("there is no algorithm '{}'{}", name->text(), suggestion(name->text(), known)));
  }
  ConfigNode options = recipe.algorithm;
  options.remove("name");
  if (!recipe.normalize_reward.is_null()) {
    if (options.find("normalize_reward"))
      throw recipe.normalize_reward.error(
          "normalize_reward is both in the recipe and in its algorithm; keep only the algorithm's");
    options.set("normalize_reward", recipe.normalize_reward);
  }
  return {*row, row->configure(options)};
}

ConfigNode resolve_recipe(const Recipe& recipe, const RecipeAlgorithm& algorithm) {
  ConfigNode options = ConfigNode::map({{"name", ConfigNode::scalar(algorithm.row.name)}});
  for (const auto& [key, value] : algorithm.configured.options.entries()) options.set(key, value);
  ConfigNode node = write_config(recipe);
  node.set("algorithm", options);
  node.remove("normalize_reward");  // already moved into the algorithm's options
  return node;
}

}  // namespace sinew
