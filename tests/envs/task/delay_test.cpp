// A task with a delay: which action is in force in which physics step.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "tests/core/expect_error.h"
#include "tests/envs/randomized_task.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

/// A slide of 1 kg and a motor; an env step is 10 physics steps of 0.01 s. What a step adds to the velocity says how
/// many of them each action was in force, where the actions are powers of 100.
class Delay : public testing::Test {
 protected:
  explicit Delay(const std::string& range = "-1e9 1e9")
      : file_(R"(<mujoco><option timestep="0.01" gravity="0 0 0"/><worldbody><body>
          <joint name="slide" type="slide" axis="1 0 0"/><inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/>
        </body></worldbody><actuator><motor name="push" joint="slide" ctrllimited="true" ctrlrange=")" +
              range + R"("/></actuator></mujoco>)") {}

  Task load(const std::string& delay, const std::string& more) {
    const std::string yaml = "model: " + file_.path() +
                             "\nframe_skip: 10\nobservations: {state: [last_action]}\n"
                             "reward: {effort: {term: action_cost}, change: {term: action_rate}}\n" +
                             "delay: " + delay + "\n" + more;
    return load_task(ConfigNode::parse_text(yaml, "slide.yaml"), "slide", "");
  }
  TaskEnv& start(const std::string& delay, uint64_t seed = 1, const std::string& more = "") {
    env_ = load(delay, more).factory();
    rng_ = Rng(seed);
    env_->reset(rng_);
    return task();
  }
  TaskEnv& task() { return dynamic_cast<TaskEnv&>(*env_); }
  // The forces of the ten physics steps, added up.
  double step(double action) {
    const double before = task().simulation().qvel()[0];
    EXPECT_FALSE(env_->step(std::array{action}, rng_).diverged);
    return (task().simulation().qvel()[0] - before) / 0.01;
  }
  // Of actions 1, 100, 10000, …
  std::vector<double> steps(int count) {
    std::vector<double> forces;
    for (int t = 0; t < count; ++t) forces.push_back(std::round(step(std::pow(100, t)) * 1e3) / 1e3);
    return forces;
  }
  TemporaryModel file_;
  std::unique_ptr<Env> env_;
  Rng rng_;
};

TEST_F(Delay, OfNothingIsNone) {
  start("{}");
  EXPECT_EQ(steps(3), (std::vector<double>{10, 1000, 100000}));
}

TEST_F(Delay, OfOneEnvStep) {
  start("{observation: 0.1}");
  EXPECT_EQ(steps(4), (std::vector<double>{0, 10, 1000, 100000}));
  start("{action: 0.1}");
  EXPECT_EQ(steps(3), (std::vector<double>{0, 10, 1000}));
}

TEST_F(Delay, OfOneAndAHalf) {
  start("{observation: 0.05, action: 0.1}");
  EXPECT_EQ(steps(4), (std::vector<double>{0, 5, 505, 50500}));
}

TEST_F(Delay, OfTwoPointThree) {
  start("{observation: [0.2, 0.2], action: 0.03}");
  EXPECT_EQ(steps(5), (std::vector<double>{0, 0, 7, 703, 70300}));
}

TEST_F(Delay, OfLessThanAStep) {
  start("{observation: 0.03, action: 0.04}");
  EXPECT_EQ(steps(3), (std::vector<double>{3, 307, 30700})) << "the two add up";
}

TEST_F(Delay, IsRoundedUpToPhysicsSteps) {
  for (const char* seven : {"0.07", "0.0601", "0.069999", "0.0700000000001"}) {
    start(fmt::format("{{action: {}}}", seven));
    EXPECT_EQ(step(1), 3) << seven;
  }
  start("{action: 0.0701}");
  EXPECT_EQ(step(1), 2);
  start("{observation: 0.005, action: 0.005}");
  EXPECT_NEAR(step(1), 9, 1e-9) << "once, not each of them";
}

// Against a list of all that was sent, looked through in every physics step.
void expect_newest_of(TaskEnv& task, Rng& rng, const LatencyProfile& profile, bool& overtaken, bool& lost) {
  struct Sent {
    int arrives;  // physics step
    double action;
  };
  std::vector<Sent> sent;
  for (int t = 0; t < 400; ++t) {
    Rng same = rng;
    const double observation = profile.observation.sample(same), delay = observation + profile.action.sample(same);
    const bool is_lost = same.uniform() < profile.loss;
    const int arrives = 10 * t + static_cast<int>(std::ceil(delay / 0.01));
    if (!sent.empty()) overtaken |= !is_lost && arrives < sent.back().arrives;
    lost |= is_lost;
    if (!is_lost) sent.push_back({arrives, 1.0 + t % 17});
    double expected = 0;
    for (int step = 10 * t; step < 10 * (t + 1); ++step)
      for (size_t i = sent.size(); i-- > 0;)
        if (sent[i].arrives <= step) {
          expected += sent[i].action;
          break;
        }
    const double before = task.simulation().qvel()[0];
    task.step(std::array{1.0 + t % 17}, rng);
    ASSERT_NEAR((task.simulation().qvel()[0] - before) / 0.01, expected, 1e-6) << "env step " << t;
  }
}

TEST_F(Delay, LeavesTheNewestInForceThatHasArrived) {
  const std::string delay = "{observation: [0, 0.01, 0.02, 0.4], action: [0.001, 0.25], loss: 0.2}";
  const auto profile = read_config<LatencyProfile>(ConfigNode::parse_text(delay, "delay.yaml"));
  for (const uint64_t seed : {1, 2, 3}) {
    bool overtaken = false, lost = false;
    start(delay, seed);
    expect_newest_of(task(), rng_, profile, overtaken, lost);
    EXPECT_TRUE(overtaken && lost);
  }
}

TEST_F(Delay, WithLossesKeepsTheLastThatArrived) {
  start("{loss: 0.5}");
  int kept = 0;
  double in_force = 0;
  for (int t = 0; t < 2000; ++t) {
    Rng same = rng_;
    if (same.uniform() < 0.5)
      ++kept;
    else
      in_force = t;
    ASSERT_NEAR(step(t), 10 * in_force, 1e-4);
  }
  EXPECT_NEAR(kept, 1000, 5 * std::sqrt(500));
}

TEST_F(Delay, EndsWithTheEpisode) {
  start("{action: 0.25}");
  for (int i = 0; i < 5; ++i) step(7);
  env_->reset(rng_);
  EXPECT_EQ(steps(3), (std::vector<double>{0, 0, 5})) << "nothing of the last episode arrives in this one";
}

TEST_F(Delay, IsNotSeenByTheTerms) {
  start("{action: 0.25}");
  step(3);
  EXPECT_EQ(env_->observation(0)[0], 3) << "the last action is what the policy said";
  EXPECT_EQ(env_->reward_terms()[0], 9);
  EXPECT_EQ(env_->reward_terms()[1], 9);
  step(4);
  EXPECT_EQ(env_->reward_terms()[1], 1);
}

TEST_F(Delay, IsNoneInAReplay) {
  start("{action: 0.25}");
  task().reset_to(std::array{0.0}, std::array{0.0}, rng_);
  EXPECT_EQ(steps(2), (std::vector<double>{10, 1000}));
  env_->reset(rng_);
  EXPECT_EQ(steps(3), (std::vector<double>{0, 0, 5}));
}

TEST_F(Delay, IsNoneInAStepInPieces) {
  start("{action: 0.25}");
  task().begin_step(std::array{2.0}, rng_);
  ASSERT_TRUE(task().advance(4));
  task().apply(std::array{5.0});
  ASSERT_TRUE(task().advance(6));
  task().end_step(rng_);
  EXPECT_NEAR(task().simulation().qvel()[0], 0.01 * (4 * 2 + 6 * 5), 1e-12);
}

TEST_F(Delay, GoesBackToTheStepsBeginningAfterADivergence) {
  start("{action: 0.15}", 1, "actions: {joint_torque: {joints: {slide: 1e13}}}\n");
  step(1);
  step(1e12);
  const Simulation& sim = task().simulation();
  const double position = sim.qpos()[0], velocity = sim.qvel()[0];
  const StepResult result = env_->step(std::array{1.0}, rng_);  // 5 physics steps go well, then the force comes
  EXPECT_TRUE(result.diverged);
  EXPECT_EQ(sim.qpos()[0], position);
  EXPECT_EQ(sim.qvel()[0], velocity);
}

class RestingDelay : public Delay {
 protected:
  RestingDelay() : Delay("2 9") {}
};

TEST_F(RestingDelay, BeginsWithWhatIsNearestToZero) {
  start("{action: 0.15}");
  EXPECT_NEAR(step(5), 20, 1e-9);
  EXPECT_NEAR(step(6), 5 * 2 + 5 * 5, 1e-9);
}

TEST(DelayOfPdTargets, BeginsWithTheDefaultPose) {
  const TemporaryModel file(R"(<mujoco><option timestep="0.01" gravity="0 0 0"/><worldbody><body>
      <joint name="slide" type="slide" axis="1 0 0"/><inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/>
    </body></worldbody></mujoco>)");
  const std::string yaml = "model: " + file.path() + R"(
frame_skip: 2
default_pose: {joints: {slide: 0.3}}
observations: {state: [qpos]}
actions: {pd_targets: {kp: 50, kd: 10, scale: 0.5}}
reward: {alive: {term: alive}}
delay: {action: 0.03}
)";
  const auto env = load_task(ConfigNode::parse_text(yaml, "task.yaml"), "test", "").factory();
  Simulation& sim = dynamic_cast<TaskEnv&>(*env).simulation();
  Rng rng(1);
  env->reset(rng);
  double q = 0, v = 0;
  for (int t = 0; t < 50; ++t) {
    env->step(std::array{0.4}, rng);
    for (int i = 2 * t; i < 2 * t + 2; ++i) {
      v += 0.01 * (50 * ((i < 3 ? 0.3 : 0.5) - q) - 10 * v);
      q += 0.01 * v;
    }
    ASSERT_NEAR(sim.qpos()[0], q, 1e-12) << t;
  }
}

std::vector<double> all_of(Env& env, int steps) {
  Rng rng(5);
  std::vector<double> all;
  bool over = true;
  for (int i = 0; i < steps; ++i) {
    if (over) env.reset(rng);
    const StepResult result = env.step(std::vector<double>(8, 0.5 * std::sin(i)), rng);
    over = result.terminated || result.truncated;
    const std::span<const double> state = env.observation(0);
    all.insert(all.end(), state.begin(), state.end());
    all.push_back(result.reward);
  }
  return all;
}

Task delayed(const Task& task, const std::string& delay) {
  ConfigNode config = task.config;
  config.assign("delay=" + delay);
  return load_task(config, task.name, "");
}

// A task that draws much, from the same stream.
TEST(DelayOfATask, OfNothingChangesNoBit) {
  const Task task = randomized_task();
  const auto without = all_of(*task.factory(), 200);
  EXPECT_EQ(all_of(*delayed(task, "{observation: 0, action: [0], loss: 0}").factory(), 200), without);
  const Task chance = delayed(task, "{observation: [0, 0.2], loss: 0.1}");
  const auto with = all_of(*chance.factory(), 200);
  EXPECT_NE(with, without);
  EXPECT_EQ(all_of(*chance.factory(), 200), with) << "the same seed, the same bits";
}

/// A folder of tasks for the length of a test.
class DelayFiles : public Delay {
 protected:
  DelayFiles() : folder_(std::filesystem::temp_directory_path() / fmt::format("sinew_delay_{}", getpid())) {
    std::filesystem::create_directories(folder_ / "links");
    write("links/radio.yaml", "{observation: [0.01, 0.02], loss: 0.1}");
    write("base.yaml", "model: " + file_.path() +
                           "\nframe_skip: 10\nobservations: {state: [qvel]}\nreward: {alive: {term: alive}}\n"
                           "delay: links/radio.yaml\n");
  }
  ~DelayFiles() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::optional<LatencyProfile> delay_of(const std::string& name, const std::string& text = "") {
    if (!text.empty()) write(name, text);
    const Task task = load_task((folder_ / name).string());
    const ConfigNode* delay = task.config.find("delay");
    if (!delay) return std::nullopt;
    EXPECT_TRUE(delay->is_map()) << "what is kept needs no file";
    return read_config<LatencyProfile>(*delay);
  }
  std::string refusal(const std::string& text) {
    return error_of([&] { delay_of("bad.yaml", text); });
  }
  std::filesystem::path folder_;
};

TEST_F(DelayFiles, AreReadWithTheTaskAndKeptInIt) {
  const LatencyProfile radio{.observation = {{0.01, 0.02}}, .loss = 0.1};
  EXPECT_EQ(delay_of("base.yaml"), radio);
  std::filesystem::create_directories(folder_ / "deep");
  EXPECT_EQ(delay_of("deep/child.yaml", "extends: ../base.yaml\ntime_limit: 5\n"), radio);
  write("deep/own.yaml", "{action: 0.5}");
  EXPECT_EQ(delay_of("deep/child.yaml", "extends: ../base.yaml\ndelay: own.yaml\n"),
            (LatencyProfile{.action = {{0.5}}}))
      << "beside the file that names it, in the place of all of the other";
  EXPECT_EQ(delay_of("deep/child.yaml", "extends: ../base.yaml\ndelay: {loss: 0.3}\n"),
            (LatencyProfile{.observation = {{0.01, 0.02}}, .loss = 0.3}));
  EXPECT_EQ(delay_of("deep/child.yaml", "extends: ../base.yaml\ndelay:\n"), std::nullopt);
  EXPECT_EQ(delay_of("deep/child.yaml", "extends: ../base.yaml\ndelay: none\n"), std::nullopt);
}

TEST_F(DelayFiles, SayWhatIsWrong) {
  expect_contains(refusal("extends: base.yaml\ndelay: links/radar.yaml\n"), "bad.yaml:2:8: cannot read");
  write("links/bad.yaml", "observation: [0.2, 0.1]\n");
  const std::string error = refusal("extends: base.yaml\ndelay: links/bad.yaml\n");
  expect_contains(error, "bad.yaml:2:8: ");
  expect_contains(error, "links/bad.yaml:1:20: observation.1: quantiles must ascend");
  expect_contains(refusal("extends: base.yaml\ndelay: {actions: 1}\n"), "did you mean 'action'?");
  expect_contains(refusal("extends: base.yaml\ndelay: [1, 2]\n"), "bad.yaml:2:8: delay");
  expect_contains(error_of([] { ActionDelay({.observation = {{4}}, .action = {{9}}}, {0}, 1, 1e-3); }),
                  "a delay of 13 s is 13000 env steps of 0.001 s; 10000 are the most");
  expect_contains(refusal("env: pendulum\ndelay: {action: 0.1}\n"),
                  "bad.yaml:2:8: delay: the env 'pendulum' is written in C++ and knows no delay");
}

}  // namespace
}  // namespace sinew
