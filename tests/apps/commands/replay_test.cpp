// sinew replay: the reference's roll-outs through the command, and invalid input.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

using nlohmann::json;

json read_json(const std::string& path) {
  std::ifstream file(path);
  return json::parse(file);
}

class Replay : public testing::Test {
 protected:
  ChildProcess::Result run(const std::string& task, const std::string& input) {
    folder_.write("in.json", input);
    return run_sinew({"replay", task, "--input", folder_.file("in.json"), "--output", folder_.file("out.json")});
  }
  void expect_error(const std::string& task, const std::string& input, const std::string& message) {
    std::filesystem::remove(folder_.file("out.json"));
    const ChildProcess::Result result = run(task, input);
    EXPECT_EQ(result.exit_code, 2) << message;
    expect_contains(result.errors, message);
    EXPECT_FALSE(std::filesystem::exists(folder_.file("out.json")));
  }
  TemporaryFolder folder_;
};

TEST_F(Replay, ReproducesTheReference) {
  for (const std::string task : {"hopper", "pusher"}) {
    const json trace = read_json(std::string(SINEW_SOURCE_DIR "/tests/envs/data/") + task + ".json");
    json input = {{"qpos", trace["qpos"]}, {"qvel", trace["qvel"]}, {"actions", json::array()}};
    for (const json& step : trace["steps"]) input["actions"].push_back(step["action"]);
    EXPECT_EQ(run(task, input.dump()).exit_code, 0);
    const json output = read_json(folder_.file("out.json"));
    EXPECT_EQ(output["initial_obs"]["state"].size(), trace["initial_obs"].size());
    ASSERT_EQ(output["steps"].size(), trace["steps"].size());
    for (size_t i = 0; i < trace["steps"].size(); ++i) {
      const json &ours = output["steps"][i], &reference = trace["steps"][i];
      EXPECT_NEAR(ours["reward"].get<double>(), reference["reward"].get<double>(), 1e-9);
      EXPECT_EQ(ours["terminated"], reference["terminated"]);
      EXPECT_EQ(ours["truncated"], false);
      for (size_t k = 0; k < reference["obs"].size(); ++k)
        EXPECT_NEAR(ours["obs"]["state"][k].get<double>(), reference["obs"][k].get<double>(), 1e-9);
    }
  }
}

TEST_F(Replay, EndsWithTheEpisode) {
  const std::string three = "[[0], [0], [0]]";
  const auto result = run("inverted_pendulum", R"({"qpos": [0, 0.199], "qvel": [0, 3], "actions": )" + three + "}");
  EXPECT_EQ(result.exit_code, 0);
  expect_contains(result.output, "1 of 3 steps: terminated");
  const json steps = read_json(folder_.file("out.json"))["steps"];
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0]["terminated"], true);
  EXPECT_EQ(steps[0]["reward"], 0);
}

TEST_F(Replay, RefusesWrongInput) {
  const auto input = [](const std::string& qpos, const std::string& actions) {
    return fmt::format(R"({{"qpos": {}, "qvel": [0, 0], "actions": {}}})", qpos, actions);
  };
  const std::string task = "inverted_pendulum";
  expect_error(task, input("[0]", "[]"), "'qpos' has 1 numbers; the model of 'inverted_pendulum' has 2");
  expect_error(task, input("[0, 0]", "[[0], [0, 1]]"),
               "'actions[1]' has 2 numbers; an action of 'inverted_pendulum' has 1");
  expect_error(task, input("[0, null]", "[]"), "'qpos[1]' is null, which is not a finite number");
  expect_error(task, input("[0, 1e999]", "[]"), "this is not JSON");
  expect_error(task, input("[0, 0]", "[[NaN]]"), "this is not JSON: parse error at line 1");
  expect_error(task, input("[0, 0]", "[[\"a\"]]"), "'actions[0][0]' is \"a\"");
  expect_error(task, input("[0, 0]", "[3]"), "'actions[0]' is not a list of numbers");
  expect_error(task, input("[0, 0]", "3"), "'actions' is not a list");
  const std::string depths = std::string(200000, '[') + std::string(200000, ']');
  expect_error(task, input("[0, " + depths + "]", "[]"), "'qpos[1]' is array, which is not a finite number");
  expect_error(task, "{\"" + std::string(100000, 'x') + "\": 1}", "xxx…'; known: keyframe, qpos");
  expect_error(task, "[]", "must hold one object");
  expect_error(task, "", "this is not JSON");
  expect_error(task, R"({"qpos": [0, 0], "qvel": [0, 0]})", "the key 'actions' is missing");
  expect_error(task, R"({"qpos": [0, 0], "qvl": [0, 0], "actions": []})", "unknown key 'qvl'; did you mean 'qvel'?");
  expect_error("pendulum", input("[0, 0]", "[]"), "the task 'pendulum' is not simulated by MuJoCo");
  expect_error("hoper", input("[0, 0]", "[]"), "did you mean 'hopper'?");
  expect_contains(run_sinew({"replay", "hopper", "--output", "x"}).errors, "--input IN.json is required");
}

// A servo without an action holds its joint at the keyframe's position; a mocap body stays at the keyframe's place.
TEST_F(Replay, BeginsAtAKeyframe) {
  folder_.write("arm.xml", R"(<mujoco><compiler autolimits="true" angle="radian"/><worldbody>
    <body name="target" mocap="true"><geom size="0.01" contype="0" conaffinity="0"/></body>
    <body pos="0 0 1"><joint name="a" axis="0 1 0" damping="4"/><geom type="capsule" fromto="0 0 0 .4 0 0" size=".03"/></body>
    <body pos="0 1 1"><joint name="b" axis="0 1 0" damping="4"/><geom type="capsule" fromto="0 0 0 .3 0 0" size=".03"/></body>
    </worldbody><actuator><motor name="m" joint="a" ctrlrange="-1 1"/><position name="s" joint="b" kp="400"/></actuator>
    <keyframe><key name="home" qpos="0.3 1.2" ctrl="0 1.2" mpos="0.3 0.2 0.9"/></keyframe></mujoco>)");
  folder_.write("arm.yaml",
                "model: arm.xml\nobservations: {state: [qpos, {body_pos: {body: target}}]}\n"
                "actions: {actuators: [m]}\nreward: {alive: {term: alive}}\n");
  const std::string task = folder_.file("arm.yaml"), numbers = R"("qpos": [0.3, 1.2], "qvel": [0, 0], )",
                    actions = R"("actions": [[0], [0], [0], [0], [0], [0], [0], [0], [0], [0]]})";
  const auto steps_of = [&](const std::string& start) {
    EXPECT_EQ(run(task, "{" + start + actions).exit_code, 0) << start;
    return read_json(folder_.file("out.json"));
  };
  const json whole = steps_of(R"("keyframe": "home", )");
  EXPECT_EQ(whole["initial_obs"]["state"], (json{0.3, 1.2, 0.3, 0.2, 0.9}));
  EXPECT_NEAR(whole["steps"].back()["obs"]["state"][1].get<double>(), 1.2, 0.05);
  EXPECT_EQ(whole["steps"].back()["obs"]["state"][4], 0.9);
  EXPECT_EQ(steps_of(numbers + R"("ctrl": [0, 1.2], "mpos": [0.3, 0.2, 0.9], "act": [], )"), whole);
  EXPECT_NE(steps_of(numbers), whole);
  EXPECT_EQ(steps_of(R"("keyframe": "home", "qpos": [0, 0.5], )")["initial_obs"]["state"][1], 0.5);
  expect_error(task, R"({"keyframe": "hom", )" + actions, "has no keyframe 'hom'; did you mean 'home'?");
  expect_error(task, R"({"keyframe": 3, )" + actions, "'keyframe' is not a name");
  expect_error(task, R"({"keyframe": "home"})", "the key 'actions' is missing");
  expect_error(task, "{" + numbers + R"("ctrl": [1], )" + actions, "'ctrl' has 1 numbers; the model of 'arm' has 2");
  expect_error(task, R"({"ctrl": [1, 1], )" + actions, "the key 'qpos' is missing");
}

}  // namespace
}  // namespace sinew
