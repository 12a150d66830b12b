// The models of SO-101 and LeKiwi against the numbers of the real ones, and what drives LeKiwi's base.
#include <algorithm>
#include <array>
#include <cmath>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "tests/core/expect_error.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

constexpr int n_arm_joints = 6;

std::shared_ptr<const Model> model(const char* name) {
  return Model::load(fmt::format("{}/sim/models/{}.xml", SINEW_SOURCE_DIR, name));
}

TEST(So101, WeighsWhatItsPartsWeigh) {
  const auto arm = model("so101");
  EXPECT_NEAR(arm->body_subtree_mass(arm->find(Model::Element::body, "base")), 0.632006, 1e-9);
  const auto robot = model("lekiwi");
  EXPECT_NEAR(robot->body_subtree_mass(robot->find(Model::Element::body, "chassis")), 2.239006, 1e-9);
  EXPECT_NEAR(robot->body_mass(robot->find(Model::Element::body, "chassis")), 1.565, 1e-9);
}

TEST(So101, HasItsToolWhereTheZeroPoseHasIt) {
  Simulation sim(model("so101"));
  sim.reset();
  sim.forward();
  const auto tool = sim.site_xpos(sim.model().find(Model::Element::site, "tool"));
  const auto base = sim.xpos(sim.model().find(Model::Element::body, "base"));
  EXPECT_NEAR(tool[0] - base[0], 0.3914, 1e-4);
  EXPECT_NEAR(tool[1] - base[1], 0, 1e-4);
  EXPECT_NEAR(tool[2] - base[2], 0.2265, 1e-4);
}

TEST(So101, HoldsItsZeroPose) {
  Simulation sim(model("so101"));
  sim.reset();
  ASSERT_TRUE(sim.step(1000));  // 5 s
  for (size_t i = 0; i < n_arm_joints; ++i) EXPECT_NEAR(sim.qpos()[i], 0, 1e-3) << i;
}

TEST(So101, TurnsAJointByARadianInAQuarterOfASecond) {
  for (const size_t joint : {0u, 3u, 4u, 5u}) {
    Simulation sim(model("so101"));
    sim.reset();
    sim.ctrl()[joint] = 1;
    double at = 0;
    double fastest = 0;
    while (sim.qpos()[joint] < 0.9 && at < 1) {
      ASSERT_TRUE(sim.step());
      at = sim.time();
      fastest = std::max(fastest, sim.qvel()[joint]);
    }
    EXPECT_NEAR(at, 0.245, 0.02) << "joint " << joint;
    EXPECT_NEAR(fastest, 5.1, 0.6) << "rad/s; the real servo turns at 4.7 without a load";
  }
}

/// LeKiwi without delays, noise and randomisation, and with room for any velocity.
class LeKiwiBase : public testing::Test {
 protected:
  LeKiwiBase() {
    const std::string yaml =
        "model: sim/models/lekiwi.xml\nframe_skip: 8\nobservations: {state: [joint_pos]}\nreward: {alive: {term: "
        "alive}}\n"
        "actions: {omni_base: {body: chassis, wheels: [left_wheel, back_wheel, right_wheel], radius: 0.125, limits: "
        "[1, 1, 9]}}\n";
    env_ = load_task(ConfigNode::parse_text(yaml, "task.yaml"), "test", "").factory();
    env_->reset(rng_);
  }
  TaskEnv& task() { return dynamic_cast<TaskEnv&>(*env_); }
  /// The base's own velocity, m/s, m/s and rad/s, once it has reached what it was told.
  std::array<double, 3> settled(const std::array<double, 3>& command) {
    std::array<double, 3> position{}, velocity{}, torque{};
    for (int i = 0; i < 50; ++i) env_->step(command, rng_);
    task().measure(position, velocity, torque);
    return velocity;
  }
  /// Turning, it is thrown outwards a little.
  void expect_velocity(const std::array<double, 3>& command, const std::array<double, 3>& expected,
                       double tolerance = 1e-4) {
    const auto velocity = settled(command);
    for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(velocity[i], expected[i], tolerance) << "number " << i;
  }
  std::unique_ptr<Env> env_;
  Rng rng_{1};
};

TEST_F(LeKiwiBase, MovesAsItIsTold) {
  expect_velocity({0.2, 0, 0}, {0.2, 0, 0});
  expect_velocity({0, 0.2, 0}, {0, 0.2, 0});
  expect_velocity({0, 0, 1}, {0, 0, 1}, 3e-3);
  expect_velocity({-0.05, 0.08, -0.4}, {-0.05, 0.08, -0.4}, 2e-3);
  expect_velocity({0, 0, 0}, {0, 0, 0});
}

TEST_F(LeKiwiBase, IsLimitedByItsFastestWheel) {
  expect_velocity({0.3, 0, 0}, {0.2657, 0, 0});
  expect_velocity({0, 0.5, 0}, {0, 0.2301, 0});
  expect_velocity({0, 0, 3}, {0, 0, 1.8408}, 0.01);
  // The right wheel would run at 0.866 · 0.2 + 0.5 · 0.1 + 0.125 · 1 = 0.348: all at 0.661 of it.
  expect_velocity({0.2, 0.1, 1}, {0.2 * 0.6609, 0.1 * 0.6609, 0.6609}, 6e-3);
}

TEST_F(LeKiwiBase, StandsStill) {
  settled({0, 0, 0});
  const auto where = task().simulation().qpos();
  EXPECT_NEAR(std::hypot(where[0], where[1]), 0, 2e-3);
  EXPECT_NEAR(where[2], 0, 1e-3);
  EXPECT_NEAR(where[3], 1, 1e-4) << "upright, and not turned";
}

TEST_F(LeKiwiBase, SaysWhatItsActionsDrive) {
  const auto& drives = task().drives();
  ASSERT_EQ(drives.size(), 3u);
  const char* labels[] = {"x", "y", "theta"};
  const char* units[] = {"m/s", "m/s", "rad/s"};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(drives[i].label, labels[i]);
    EXPECT_EQ(drives[i].unit, units[i]);
    EXPECT_EQ(drives[i].body, "chassis");
    EXPECT_EQ(drives[i].kind, ActionDrive::Kind::velocity);
    EXPECT_EQ(drives[i].joint, "");
  }
}

/// A cart with one wheel of each kind of mistake.
class Wheels : public TermTest {
 protected:
  Wheels()
      : TermTest(R"(<mujoco><worldbody><body name="cart"><joint name="x" type="slide" axis="1 0 0"/>
          <geom size="0.1"/><site name="left"/><site name="right"/></body></worldbody><actuator>
          <velocity name="good" site="left" gear="0 1 0 0 0 0" kv="1" ctrllimited="true" ctrlrange="-1 2"/>
          <velocity name="free" site="left" gear="0 1 0 0 0 0" kv="1"/>
          <velocity name="geared" site="right" gear="0 3 0 0 0 0" kv="1" ctrllimited="true" ctrlrange="-1 1"/>
          <velocity name="on a joint" joint="x" kv="1" ctrllimited="true" ctrlrange="-1 1"/>
          <motor name="motor" site="left" gear="0 1 0 0 0 0" ctrllimited="true" ctrlrange="-1 1"/>
        </actuator></mujoco>)") {}
  std::string error(const std::string& parameters) {
    return error_of([&] { make(registry_.actions, "omni_base", parameters); });
  }
};

TEST_F(Wheels, GetTheirShareOfTheVelocity) {
  const auto term =
      make(registry_.actions, "omni_base", "{body: cart, wheels: [good], radius: 0.5, limits: [1, 0.6, 2]}");
  EXPECT_EQ(term->part().high, (std::vector{1.0, 0.6, 2.0}));
  term->begin_step(std::array{0.3, 0.2, -0.8}, state_);
  EXPECT_DOUBLE_EQ(sim_.ctrl()[0], 0.2 - 0.5 * 0.8);
  term->begin_step(std::array{0.0, 5.0, 0.2}, state_);
  EXPECT_DOUBLE_EQ(sim_.ctrl()[0], 0.6 + 0.1) << "y within its limit";
  term->begin_step(std::array{0.0, 0.6, 2.0}, state_);
  EXPECT_DOUBLE_EQ(sim_.ctrl()[0], 1) << "of its range the end nearer to 0";
}

TEST_F(Wheels, AreSpedUpNoFasterThanTheAcceleration) {
  const auto term = make(registry_.actions, "omni_base",
                         "{body: cart, wheels: [good], radius: 0.5, limits: [1, 0.6, 2], acceleration: [1, 5, 10]}");
  const double dt = model_->timestep();
  term->begin_step(std::array{0.0, 0.5, -2.0}, state_);
  term->control(state_);
  EXPECT_NEAR(sim_.ctrl()[0], 5 * dt - 0.5 * 10 * dt, 1e-12);
  ASSERT_TRUE(sim_.step(29));
  term->control(state_);
  EXPECT_NEAR(sim_.ctrl()[0], 5 * 30 * dt - 0.5 * 10 * 30 * dt, 1e-12);
  ASSERT_TRUE(sim_.step(200));
  term->begin_step(std::array{0.0, 0.0, 0.0}, state_);
  term->control(state_);
  EXPECT_NEAR(sim_.ctrl()[0], 0.5 - 5 * dt - 0.5 * (2 - 10 * dt), 1e-12) << "and slowed down as slowly";
}

TEST_F(Wheels, Errors) {
  const std::string rest = ", radius: 0.1, limits: [1, 1, 1]}";
  expect_contains(error("{body: wagon, wheels: [good]" + rest), "has no body 'wagon'");
  expect_contains(error("{body: cart, wheels: [free]" + rest), "'free' needs a ctrlrange around 0");
  expect_contains(error("{body: cart, wheels: [geared]" + rest), "the gear of 'geared' begins with 0 and 3");
  expect_contains(error("{body: cart, wheels: [on a joint]" + rest), "drives joint x, not a velocity servo on a site");
  expect_contains(error("{body: cart, wheels: [motor]" + rest), "'motor' is a motor that drives site left");
  expect_contains(error("{body: cart, wheels: [good], radius: 0.1, limits: [1]}"), "'limits' are three numbers");
  expect_contains(error("{body: cart, wheels: [good], radius: 0.1, limits: [1, 1, 1], acceleration: [1]}"),
                  "'acceleration' are three numbers");
}

}  // namespace
}  // namespace sinew
