// Observations of another observation: arithmetic, memory, noise.
#include <algorithm>
#include <cmath>

#include "tests/core/expect_error.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

class FunctionObservations : public TermTest {
 protected:
  FunctionObservations()
      : TermTest(R"(<mujoco><worldbody><body name="cart">
          <joint name="x" type="slide" axis="1 0 0"/><joint name="y" type="slide" axis="0 1 0"/><geom size="0.1"/>
        </body></worldbody></mujoco>)") {
    move(3, -4);
  }
  void move(double x, double y) {
    sim_.qpos()[0] = x;
    sim_.qpos()[1] = y;
  }
};

TEST_F(FunctionObservations, Arithmetic) {
  EXPECT_EQ(observe("{scale: {of: qpos, by: 0.5}}"), (std::vector{1.5, -2.0}));
  EXPECT_EQ(observe("{scale: {of: qpos, by: [2, 0.25]}}"), (std::vector{6.0, -1.0}));
  EXPECT_EQ(observation("{scale: {of: joint_pos, by: 0.5}}")->labels()[1], "0.5 * y pos");
  sim_.qvel()[0] = 1;
  EXPECT_EQ(observe("{difference: {of: qpos, minus: qvel}}"), (std::vector{2.0, -4.0}));
  EXPECT_EQ(observation("{difference: {of: joint_pos, minus: joint_vel}}")->labels()[0], "x pos - x vel");
  EXPECT_EQ(observe("{norm: {of: qpos}}"), (std::vector{5.0}));
  EXPECT_EQ(observation("{norm: {of: joint_pos}}")->labels()[0], "norm of x pos, y pos");
  EXPECT_EQ(observation("{norm: {of: joint_pos}}")->units()[0], "m");
  EXPECT_EQ(observe("{norm: {of: {difference: {of: qpos, minus: qpos}}}}"), (std::vector{0.0}));
}

TEST_F(FunctionObservations, HistoryStartsWithTheFirstValue) {
  const auto term = observation("{history: {of: joint_pos, length: 3}}");
  EXPECT_EQ(term->labels(),
            (std::vector<std::string>{"x pos t-2", "y pos t-2", "x pos t-1", "y pos t-1", "x pos", "y pos"}));
  EXPECT_EQ(term->units(), std::vector<std::string>(6, "m"));
  EXPECT_EQ(observe(*term), (std::vector<double>{3, -4, 3, -4, 3, -4}));
  move(1, 2);
  EXPECT_EQ(observe(*term), (std::vector<double>{3, -4, 3, -4, 1, 2}));
  move(5, 6);
  EXPECT_EQ(observe(*term), (std::vector<double>{3, -4, 1, 2, 5, 6}));
  move(7, 8);
  EXPECT_EQ(observe(*term), (std::vector<double>{1, 2, 5, 6, 7, 8}));
  term->begin_episode(state_);
  EXPECT_EQ(observe(*term), (std::vector<double>{7, 8, 7, 8, 7, 8}));
}

TEST_F(FunctionObservations, MemoryInsideOfFunctionsForgetsToo) {
  const auto term = observation("{scale: {by: 2, of: {history: {of: {qpos: {to: 1}}, length: 2}}}}");
  const auto change = observation(
      "{difference: {of: {history: {of: {qpos: {to: 1}}, length: 2}}, minus: {history: {of: {qpos: {from: 1}}, "
      "length: 2}}}}");
  observe(*term);
  observe(*change);
  move(1, 2);
  for (auto* each : {term.get(), change.get()}) each->begin_episode(state_);
  EXPECT_EQ(observe(*term), (std::vector<double>{2, 2}));
  EXPECT_EQ(observe(*change), (std::vector<double>{-1, -1}));
}

TEST_F(FunctionObservations, NoiseIsNewEachTime) {
  const auto deviation_of = [this](const std::string& yaml, double& farthest) {
    const auto term = observation(yaml);
    double squares = 0;
    constexpr int n = 20000;
    farthest = 0;
    for (int i = 0; i < n; ++i) {
      const double noise = observe(*term)[0] - 3;
      farthest = std::max(farthest, std::abs(noise));
      squares += noise * noise / n;
    }
    return std::sqrt(squares);
  };
  double farthest;
  EXPECT_NEAR(deviation_of("{noise: {of: qpos, uniform: 0.1}}", farthest), 0.1 / std::sqrt(3), 1e-3);
  EXPECT_LE(farthest, 0.1);
  EXPECT_NEAR(deviation_of("{noise: {of: qpos, normal: 0.2}}", farthest), 0.2, 4e-3);
  EXPECT_EQ(deviation_of("{noise: {of: qpos, normal: 0}}", farthest), 0);
}

TEST_F(FunctionObservations, AReplayHasNoNoise) {
  state_.exact = true;
  EXPECT_EQ(observe("{noise: {of: qpos, normal: 0.2}}"), (std::vector{3.0, -4.0}));
}

TEST_F(FunctionObservations, HistoryKeepsTheNoiseOfItsTime) {
  const auto term = observation("{history: {of: {noise: {of: {qpos: {to: 1}}, uniform: 1}}, length: 2}}");
  const double first = observe(*term)[1];
  const std::vector<double> later = observe(*term);
  EXPECT_EQ(later[0], first);
  EXPECT_NE(later[1], first);
}

TEST_F(FunctionObservations, Errors) {
  const auto expect_error = [this](const std::string& yaml, const std::string& part) {
    expect_contains(error_of([&] { observe(yaml); }), part);
  };
  expect_error("{scale: {of: qpos, by: [1, 2, 3]}}", "it has 3 numbers where 2 are needed");
  expect_error("{scale: {of: qpos, by: much}}", "by");
  expect_error("{scale: {of: qpos}}", "the key 'by' is missing");
  expect_error("{difference: {of: qpos, minus: {qpos: {to: 1}}}}", "'of' has 2 numbers, 'minus' has 1");
  expect_error("{history: {of: qpos, length: 0}}", "out of range");
  expect_error("{history: {of: qposs, length: 2}}", "did you mean 'qpos'?");
  expect_error("{noise: {of: qpos}}", "one of 'uniform' (±) and 'normal' (standard deviation) is needed");
  expect_error("{noise: {of: qpos, uniform: 1, normal: 1}}", "one of 'uniform'");
  expect_error("{noise: {of: qpos, uniform: -1}}", "out of range");
}

}  // namespace
}  // namespace sinew
