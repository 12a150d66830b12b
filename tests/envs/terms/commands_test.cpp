// How commands are drawn, and when in a task.
#include <cmath>

#include "envs/task/make_env.h"
#include "tests/core/expect_error.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

class Commands : public TermTest {
 protected:
  Commands() : TermTest("<mujoco><worldbody><body><joint type='slide'/><geom size='1'/></body></worldbody></mujoco>") {}

  std::unique_ptr<CommandTerm> command(const std::string& name, const std::string& parameters) {
    return make(registry_.commands, name, parameters);
  }
  std::vector<double> sample(CommandTerm& term) {
    std::vector<double> value(term.labels().size());
    term.sample(state_, rng_, value);
    return value;
  }
};

TEST_F(Commands, Velocity) {
  const auto term = command("velocity", "{x: [-1, 3], yaw: [0.5, 0.5], zero_probability: 0.25}");
  EXPECT_EQ(term->labels(), (std::vector<std::string>{"vx", "vy", "yaw rate"}));
  EXPECT_EQ(term->units(), (std::vector<std::string>{"m/s", "m/s", "rad/s"}));
  constexpr int n = 20000;
  int zeros = 0;
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    const std::vector<double> v = sample(*term);
    EXPECT_EQ(v[1], 0);
    if (v[2] == 0) {
      EXPECT_EQ(v[0], 0);
      ++zeros;
    } else {
      EXPECT_EQ(v[2], 0.5);
      EXPECT_TRUE(v[0] >= -1 && v[0] < 3);
      sum += v[0];
    }
  }
  EXPECT_NEAR(zeros / double{n}, 0.25, 0.01);
  EXPECT_NEAR(sum / (n - zeros), 1, 0.03);
}

TEST_F(Commands, DiscByArea) {
  const auto term = command("disc", "{radius: 2, inner_radius: 1}");
  constexpr int n = 20000;
  int outside = 0;
  double x = 0;
  for (int i = 0; i < n; ++i) {
    const std::vector<double> p = sample(*term);
    const double r = std::hypot(p[0], p[1]);
    EXPECT_TRUE(r >= 1 - 1e-12 && r <= 2 + 1e-12);
    outside += r > 1.5;
    x += p[0] / n;
  }
  EXPECT_NEAR(outside / double{n}, (4 - 2.25) / 3, 0.01);
  EXPECT_NEAR(x, 0, 0.03);
}

TEST_F(Commands, UniformAndChoice) {
  const auto box = command("uniform", "{low: [0, -1], high: [1, -1], labels: [lift, push], unit: N}");
  EXPECT_EQ(box->labels(), (std::vector<std::string>{"lift", "push"}));
  EXPECT_EQ(box->units(), (std::vector<std::string>{"N", "N"}));
  EXPECT_EQ(sample(*box)[1], -1);

  const auto pairs = command("choice", "{values: [[1, 2], [3, 4]]}");
  EXPECT_EQ(pairs->labels(), (std::vector<std::string>{"[0]", "[1]"}));
  int first = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::vector<double> pair = sample(*pairs);
    EXPECT_EQ(pair[1], pair[0] + 1);
    first += pair[0] == 1;
  }
  EXPECT_NEAR(first, 500, 60);
  EXPECT_EQ(sample(*command("choice", "{values: [5]}")), (std::vector{5.0}));
}

TEST_F(Commands, Errors) {
  const auto expect_error = [this](const std::string& name, const std::string& parameters, const std::string& part) {
    expect_contains(error_of([&] { command(name, parameters); }), part);
  };
  expect_error("velocity", "{x: [1, -1]}", "low is 1, above high, -1");
  expect_error("velocity", "{x: [1]}", "a range is two numbers, [low, high]");
  expect_error("velocity", "{x: fast}", "x");
  expect_error("velocity", "{zero_probability: 2}", "out of range");
  expect_error("velocity", "{yawn: [0, 1]}", "did you mean 'yaw'?");
  expect_error("disc", "{radius: 1, inner_radius: 2}", "inner_radius is 2, above radius, 1");
  expect_error("disc", "{}", "the key 'radius' is missing");
  expect_error("uniform", "{low: [0], high: [1, 2]}", "'low' has 1 numbers and 'high' 2");
  expect_error("uniform", "{low: [2], high: [1]}", "low is 2, above high, 1");
  expect_error("uniform", "{low: [0], high: [1], labels: [a, b]}", "2 labels are given for 1 numbers");
  expect_error("choice", "{values: []}", "nothing to choose from");
  expect_error("choice", "{values: [1, [2, 3]]}", "it has 2 numbers, the first value 1");
}

TEST(CommandsOfATask, AreDrawnAnewWhenDue) {
  const Task task = load_task(ConfigNode::parse_text(R"(model: sim/models/half_cheetah.xml
frame_skip: 5
commands: {walk: {term: velocity, x: [0, 1], resample: 0.15}}
observations: {state: [{command: walk}]}
reward: {alive: {term: alive}}
)",
                                                     "task.yaml"),
                              "test", "", TaskRegistry::builtin());
  const auto env = task.factory();
  EXPECT_EQ(env->spec().sensors[0].labels[0], "walk vx");
  Rng rng(1);
  env->reset(rng);
  double before = env->observation(0)[0];
  for (int step = 1; step <= 9; ++step) {
    env->step(std::vector<double>(6), rng);
    const double now = env->observation(0)[0];
    EXPECT_EQ(now != before, step % 3 == 0) << "an env step is 0.05 s; step " << step;
    before = now;
  }
}

}  // namespace
}  // namespace sinew
