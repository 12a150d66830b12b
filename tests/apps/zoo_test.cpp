// The policies in zoo/: small, with their run's config inside, and as good as before.
#include <nlohmann/json.hpp>

#include "agents/run/recipe.h"
#include "nets/formats/policy_file.h"
#include "tests/apps/program.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

const fs::path zoo = fs::path(SINEW_SOURCE_DIR) / "zoo";

struct Animal {
  const char* task;
  double least;  // mean return of three episodes; the usual value is well above
};

class Zoo : public testing::TestWithParam<Animal> {
 protected:
  std::string file() const { return (zoo / (std::string(GetParam().task) + ".safetensors")).string(); }
};

TEST_P(Zoo, IsSmallAndCarriesItsConfig) {
  EXPECT_LT(fs::file_size(file()), 250'000u);
  const LoadedPolicy loaded = load_policy(file(), builtin_layers<float>());
  EXPECT_EQ(loaded.info.task, GetParam().task);
  const Recipe recipe = read_recipe(ConfigNode::parse_text(loaded.info.config, "its config"));
  EXPECT_EQ(recipe.task, GetParam().task);
}

TEST_P(Zoo, DoesWhatItLearned) {
  const TemporaryFolder folder;
  const ChildProcess::Result result =
      run_sinew({"play", file(), "--episodes", "3", "--seed", "5", "--json", folder.file("play.json")});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  std::ifstream json(folder.file("play.json"));
  EXPECT_GT(nlohmann::json::parse(json)["mean_reward"].get<double>(), GetParam().least);
}

const Animal animals[] = {{"ant", 2000},
                          {"half_cheetah", 5000},
                          {"hopper", 2000},
                          {"humanoid", 600},
                          {"humanoid_standup", 50000},
                          {"inverted_double_pendulum", 9000},
                          {"inverted_pendulum", 950},
                          {"lekiwi_reach", -50},
                          {"pusher", -40},
                          {"reacher", -8},
                          {"so101_reach", -2},
                          {"swimmer", 250},
                          {"visual_reach", 1},
                          {"walker2d", 3000}};
INSTANTIATE_TEST_SUITE_P(Policies, Zoo, testing::ValuesIn(animals),
                         [](const auto& animal) { return std::string(animal.param.task); });

TEST(ZooFolder, HoldsNoOthers) {
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(zoo)) files += entry.path().extension() == ".safetensors";
  EXPECT_EQ(files, std::size(animals));
}

}  // namespace
}  // namespace sinew
