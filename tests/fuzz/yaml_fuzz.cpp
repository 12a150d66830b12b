// A user's YAML, through all that reads it: the parser, the recipe with its algorithm and network, the
// task with its terms. What is written back must read as the same.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "agents/run/recipe.h"
#include "agents/update/actor_critic.h"
#include "envs/task/task_config.h"
#include "envs/task/task_env.h"
#include "tests/fuzz/target.h"

namespace sinew::fuzz {
namespace {

const Registry& registry() {
  static const Registry instance = Registry::builtin();
  return instance;
}

// The models are ours and are compiled once; the fuzzed file says which of them it means.
std::shared_ptr<const Model> model_named(const std::string& path) {
  static std::map<std::string, std::shared_ptr<const Model>> models;
  const std::string folder = std::string(SINEW_SOURCE_DIR) + "/sim/models/";
  if (models.empty())
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      models[entry.path().stem().string()] = nullptr;
  const auto named = models.find(std::filesystem::path(path).stem().string());
  auto& [name, model] = named == models.end() ? *models.find("half_cheetah") : *named;
  if (!model) model = Model::load(folder + name + ".xml");
  return model;
}

void read_as_recipe(const ConfigNode& node) {
  const Recipe recipe = read_recipe(node);
  read_algorithm(recipe, registry());
  InterfaceSpec spec;
  spec.sensors = {{.name = "state", .shape = {3}}};
  spec.actions.parts = {{.name = "torque", .low = {-1, -1}, .high = {1, 1}}};
  const auto sees = [](const auto& entry) { return entry.first == "camera"; };
  if (std::ranges::any_of(recipe.network.encoders, sees))
    spec.sensors = {{.name = "camera", .type = SensorSpec::Type::uint8, .shape = {20, 20, 3}}};
  NetworkConfig network = recipe.network;
  network.most_parameters = 1 << 15;  // larger ones are made in the same way, and take long to initialise
  const ActorCritic networks(spec, network, registry().layers, Rng(1));
}

void read_as_task(const ConfigNode& node) {
  const TaskConfig config = read_config<TaskConfig>(node);
  TaskEnv task("fuzzed", config, model_named(config.model), registry().tasks, nullptr);
  Rng rng(1);
  task.reset(rng);
}

template <class Body>
void swallow(Body&& body) {
  try {
    body();
  } catch (const Error&) {
  }
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> all = files_in("configs/recipes", ".yaml");
  for (const char* folder : {"configs/tasks", "tests/envs/data"})
    for (std::string& text : files_in(folder, ".yaml")) all.push_back(std::move(text));
  all.push_back(
      "model: reacher\nobservations: {eye: {camera: overhead, size: [32, 24], kind: rgbd, range: [0.1, 2], frames: 3, "
      "process: [{crop: [1, 2, 20, 16]}, {resize: 8}, grey, bgr]}, scan: {camera: track, kind: depth, method: rays}, "
      "state: [qpos]}\nreward: {alive: {term: alive}}\nrandomize: [{light: {diffuse: [0.5, 1.5]}}, "
      "{camera_pose: {cameras: [overhead], rotation: 0.1}}]\n");
  all.push_back("a: |\n  text\nb: >-\n  folded\n? c\n: [1, 'x', \"y\\n\"]\nd: {e: &f 1, g: *f, h: !!str 5}\n");
  all.push_back("- - 1\n  - {a: ~, b: .inf}\n- # remark\n  \"k\": 0x1F\n...\n");
  return all;
}

std::vector<std::string> words() {
  std::vector<std::string> all = {"- ",   "? ",   ": ",     "{",     "}",      "[",           "]",    ", ",
                                  "#",    "&a ",  "*a",     "!!",    "! ",     "|\n",         ">-\n", "'",
                                  "\"",   "\n",   "\t",     "---\n", "...\n",  "%YAML 1.2\n", "<<",   "\\x00",
                                  "none", "null", "linear", "tanh",  "term: ", "weight: "};
  for (const auto& row : registry().layers) all.push_back(row.name);
  for (const auto& row : registry().tasks.observations) all.push_back(row.name);
  for (const auto& row : registry().tasks.rewards) all.push_back(row.name);
  return all;
}

}  // namespace sinew::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sinew;
  using namespace sinew::fuzz;
  swallow([&] {
    ConfigNode node = ConfigNode::parse_text(text_of(data, size), "input.yaml");
    const std::string yaml = node.to_yaml();
    if (ConfigNode::parse_text(yaml, "again.yaml").to_yaml() != yaml) std::abort();
    swallow([&] { read_as_recipe(node); });
    swallow([&] { read_as_task(node); });
  });
  if (size < 200) swallow([&] { ConfigNode().assign(text_of(data, size)); });
  return 0;
}
