// What each action term does with its numbers.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "sim/mujoco_messages.h"
#include "tests/core/expect_error.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

/// Two hinges of inertia 0.5 kg m² without gravity, and a slide of 2 kg; a motor, a servo, nothing.
class Actions : public TermTest {
 protected:
  Actions()
      : TermTest(R"(<mujoco><option gravity="0 0 0" timestep="0.01"/><worldbody>
          <body><joint name="a"/><inertial pos="0 0 0" mass="1" diaginertia="0.5 0.5 0.5"/></body>
          <body><joint name="b"/><inertial pos="0 0 0" mass="1" diaginertia="0.5 0.5 0.5"/></body>
          <body><joint name="c" type="slide"/><inertial pos="0 0 0" mass="2" diaginertia="1 1 1"/></body>
          <body><freejoint name="root"/><inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/></body>
        </worldbody><actuator>
          <motor name="motor a" joint="a" gear="4" ctrllimited="true" ctrlrange="-0.5 0.5"/>
          <position name="servo b" joint="b" gear="2" kp="10" ctrllimited="true" ctrlrange="-1 1"/>
        </actuator></mujoco>)") {}
  std::unique_ptr<ActionTerm> action(const std::string& name, const std::string& parameters) {
    return make(registry_.actions, name, parameters);
  }
  std::string error(const std::string& name, const std::string& parameters) {
    return error_of([&] { action(name, parameters); });
  }
  void act(ActionTerm& term, std::vector<double> numbers) {
    term.begin_step(numbers, state_);
    term.control(state_);
  }
};

TEST_F(Actions, JointTorqueIsApplied) {
  const auto term = action("joint_torque", "{joints: {c: 3, b: 5}}");
  EXPECT_EQ(term->part().labels, (std::vector<std::string>{"c", "b"}));
  EXPECT_EQ(term->part().units, (std::vector<std::string>{"N", "N m"}));
  EXPECT_EQ(term->part().low, (std::vector{-3.0, -5.0}));
  EXPECT_EQ(term->part().high, (std::vector{3.0, 5.0}));
  act(*term, {2, -7});
  EXPECT_EQ(sim_.qfrc_applied()[2], 2);
  EXPECT_EQ(sim_.qfrc_applied()[1], -5) << "beyond the limit";
  ASSERT_TRUE(sim_.step());
  EXPECT_NEAR(sim_.qvel()[2], 0.01 * 2 / 2, 1e-15);
  EXPECT_NEAR(sim_.qvel()[1], 0.01 * -5 / 0.5, 1e-15);
  sim_.reset();
  EXPECT_EQ(sim_.qfrc_applied()[2], 0);
}

TEST_F(Actions, PdTargetsDriveMotorsOrJoints) {
  default_pose_[0] = 0.1;
  const auto term = action("pd_targets", "{joints: [c, a], scale: {c: 0.5, a: 0.2}, kp: {c: 8, a: 4}, kd: 1}");
  EXPECT_EQ(term->part().labels, (std::vector<std::string>{"c", "a"}));
  EXPECT_EQ(term->part().low, (std::vector{-1.0, -1.0}));
  sim_.qpos()[0] = 0.05;
  sim_.qvel()[0] = 0.3;
  state_.encoder_offset[0] = 0.02;
  sim_.qvel()[2] = -1;
  act(*term, {0.5, 1});
  EXPECT_DOUBLE_EQ(sim_.qfrc_applied()[2], 8 * 0.25 + 1);
  EXPECT_DOUBLE_EQ(sim_.ctrl()[0], (4 * (0.1 + 0.2 - 0.05 - 0.02) - 0.3) / 4);
  EXPECT_EQ(sim_.qfrc_applied()[0], 0) << "the motor does it";
  sim_.qpos()[0] = -5;
  term->control(state_);
  EXPECT_DOUBLE_EQ(sim_.ctrl()[0], 0.5) << "all that the motor can do";
  const auto weak = action("pd_targets", "{joints: [a], kp: 100, kd: 0, torque_limit: 0.8}");
  act(*weak, {1});
  EXPECT_DOUBLE_EQ(sim_.ctrl()[0], 0.2);
  EXPECT_EQ(action("pd_targets", "{kp: 1, kd: 0}")->part().labels, std::vector<std::string>{"a"})
      << "what motors drive";
}

TEST_F(Actions, PositionTargetsDriveServos) {
  default_pose_[1] = 0.1;
  const auto term = action("position_targets", "{scale: 0.25, limit: 2}");
  EXPECT_EQ(term->part().labels, std::vector<std::string>{"servo b"});
  EXPECT_EQ(term->part().high, std::vector{2.0});
  act(*term, {1});
  EXPECT_DOUBLE_EQ(sim_.ctrl()[1], 2 * 0.35) << "of the gear's length";
  act(*term, {3});
  EXPECT_DOUBLE_EQ(sim_.ctrl()[1], 1) << "ctrlrange";
  state_.encoder_offset[1] = 0.05;
  act(*term, {1});
  EXPECT_DOUBLE_EQ(sim_.ctrl()[1], 2 * 0.3);
}

TEST_F(Actions, PositionTargetsMoveAtTheirRate) {
  default_pose_[1] = 0.1;
  sim_.qpos()[1] = 0.2;
  state_.encoder_offset[1] = 0.05;
  const auto term = action("position_targets", "{scale: 0.5, rate: 2}");
  EXPECT_TRUE(term->has_controller());
  EXPECT_FALSE(action("position_targets", "{}")->has_controller());
  const double dt = 0.01, start = 0.25, gear = 2, error = 0.05;  // as the encoder has it
  term->begin_step(std::array{1.0}, state_);                     // to 0.6
  term->control(state_);
  EXPECT_NEAR(sim_.ctrl()[1], gear * (start + 2 * dt - error), 1e-12);
  term->control(state_);
  EXPECT_NEAR(sim_.ctrl()[1], gear * (start + 2 * dt - error), 1e-12) << "of the state alone";
  ASSERT_TRUE(sim_.step(4));
  term->control(state_);
  EXPECT_NEAR(sim_.ctrl()[1], gear * (start + 2 * 5 * dt - error), 1e-12);
  term->begin_step(std::array{-0.5}, state_);  // to -0.15
  term->control(state_);
  EXPECT_NEAR(sim_.ctrl()[1], gear * (start + 2 * 3 * dt - error), 1e-12) << "back from where it was, 4 steps on";
  ASSERT_TRUE(sim_.step(50));
  term->control(state_);
  EXPECT_NEAR(sim_.ctrl()[1], gear * (-0.15 - error), 1e-12) << "and there it stays";
}

TEST_F(Actions, Errors) {
  expect_contains(error("position_targets", "{rate: 0}"), "must be above 0");
  expect_contains(error("position_targets", "{rate: {a: 1}}"), "'a' is not driven by this term");
  expect_contains(error("joint_torque", "{joints: {aa: 3}}"), "has no joint 'aa'; did you mean 'a'?");
  expect_contains(error("joint_torque", "{joints: {c: 0}}"), "must be above 0");
  expect_contains(error("joint_torque", "{joints: {root: 1}}"), "the joint 'root' is neither a hinge nor a slide");
  expect_contains(error("joint_torque", "{joints: {}}"), "'joints' names no joint");
  expect_contains(error("pd_targets", "{joints: [a]}"), "the key 'kp' is missing");
  expect_contains(error("pd_targets", "{joints: [a, a], kp: 1, kd: 1}"), "'a' is named twice");
  expect_contains(error("pd_targets", "{joints: [a], kp: {a: 1, c: 2}, kd: 1}"), "'c' is not driven by this term");
  expect_contains(error("pd_targets", "{joints: [a, c], kp: {a: 1}, kd: 1}"), "the number for 'c' is missing");
  expect_contains(error("pd_targets", "{joints: [a], kp: -1, kd: 1}"), "must be at least 0");
  expect_contains(error("pd_targets", "{joints: [b], kp: 1, kd: 1}"), "'servo b', a position actuator");
  expect_contains(error("pd_targets", "{joints: some, kp: 1, kd: 1}"), "all means every one");
  expect_contains(error("position_targets", "{actuators: [motor a]}"), "is a motor, not a position servo");
  expect_contains(error("position_targets", "{actuators: [servo]}"), "has no actuator 'servo'");
  expect_contains(error("actuators", "{names: []}"), "no element of");
}

/// A pendulum of 1 kg at 0.5 m, without an actuator: q is 0 where it hangs.
class PdTask : public testing::Test {
 protected:
  static constexpr double inertia = 1 * 0.5 * 0.5, dt = 0.002;
  static constexpr double kp = 40, kd = 2, scale = 0.5;

  PdTask()
      : file_(R"(<mujoco><option timestep="0.002"/><worldbody><body name="bob">
          <joint name="hinge" axis="0 1 0"/><inertial pos="0 0 -0.5" mass="1" diaginertia="1e-9 1e-9 1e-9"/>
          <geom name="ball" pos="0 0 -0.5" size="0.05" mass="0" contype="0" conaffinity="0"/>
        </body></worldbody></mujoco>)") {}
  std::unique_ptr<Env> env(const std::string& action = "{kp: 40, kd: 2, scale: 0.5, torque_limit: 6}",
                           const std::string& more = "") {
    const std::string yaml = "model: " + file_.path() +
                             "\nframe_skip: 5\ndefault_pose: {joints: {hinge: 0.2}}\nobservations: {state: [qpos]}\n"
                             "actions: {pd_targets: " +
                             action + "}\nreward: {alive: {term: alive}}\n" + more;
    return load_task(ConfigNode::parse_text(yaml, "task.yaml"), "test", "").factory();
  }
  static Simulation& sim(Env& env) { return dynamic_cast<TaskEnv&>(env).simulation(); }
  TemporaryModel file_;
};

TEST_F(PdTask, FollowsTheHandIntegratedMotion) {
  const auto task = env();
  Rng rng(1);
  task->reset(rng);
  double q = 0, v = 0, most = 0;
  for (int step = 0; step < 40; ++step) {
    const double a = step < 20 ? 0.9 : -0.6;
    ASSERT_FALSE(task->step(std::array{a}, rng).diverged);
    for (int i = 0; i < 5; ++i) {  // the torque is computed again before each physics step
      const double torque = std::clamp(kp * (0.2 + scale * a - q) - kd * v, -6.0, 6.0);
      most = std::max(most, std::abs(torque));
      v += dt * (torque - 9.81 * 0.5 * std::sin(q)) / inertia;
      q += dt * v;
    }
    EXPECT_NEAR(sim(*task).qpos()[0], q, 1e-6) << "env step " << step;
    EXPECT_NEAR(sim(*task).qvel()[0], v, 1e-5);
  }
  EXPECT_EQ(most, 6) << "the limit was met";
}

TEST_F(PdTask, ComesToRestWhereTorqueAndGravityAgree) {
  const auto task = env();
  Rng rng(1);
  task->reset(rng);
  for (int step = 0; step < 500; ++step) task->step(std::array{0.5}, rng);
  const double q = sim(*task).qpos()[0];
  EXPECT_NEAR(sim(*task).qvel()[0], 0, 1e-7);
  EXPECT_NEAR(kp * (0.2 + scale * 0.5 - q), 9.81 * 0.5 * std::sin(q), 1e-6);
}

TEST_F(PdTask, HasTheSameBitsForTheSameSeed) {
  const std::string noise = "reset: [{normal: {qpos: 0.1, qvel: 0.1}}]\n";
  const auto one = env("{kp: 40, kd: 2}", noise), other = env("{kp: 40, kd: 2}", noise);
  Rng first(5), second(5), actions(6);
  one->reset(first);
  other->reset(second);
  for (int step = 0; step < 100; ++step) {
    const std::array action{actions.uniform(-1, 1)};
    one->step(action, first);
    other->step(action, second);
    ASSERT_EQ(sim(*one).qpos()[0], sim(*other).qpos()[0]);
  }
}

// Where contacts outgrow MuJoCo's buffers, steps are taken back and the controller asked again.
TEST(PdTargets, AreTheSameInAStepDoneAgain) {
  std::string balls;
  for (int i = 0; i < 60; ++i)
    balls += fmt::format(R"(<body pos="{} {} {}"><freejoint/><geom size="0.1"/></body>)", 0.21 * (i % 6),
                         0.21 * (i / 6 % 5), 0.4 + 0.22 * (i / 30));
  const TemporaryModel file(R"(<mujoco><option timestep="0.005"/><worldbody><geom type="plane" size="9 9 1"/>
      <body pos="0.5 0.4 0.3"><joint name="sweep"/><geom type="capsule" fromto="0 0 0 0.5 0 0" size="0.05"/></body>)" +
                            balls + "</worldbody></mujoco>");
  const std::string yaml = "model: " + file.path() +
                           "\nframe_skip: 10\nobservations: {state: [qpos]}\nreward: {alive: {term: alive}}\n"
                           "actions: {pd_targets: {joints: [sweep], kp: 30, kd: 1, scale: 2}}\n";
  const auto env = load_task(ConfigNode::parse_text(yaml, "task.yaml"), "test", "").factory();
  Simulation& sim = dynamic_cast<TaskEnv&>(*env).simulation();
  Rng rng(1);
  std::vector<double> first;
  for (int episode = 0; episode < 2; ++episode) {
    env->reset(rng);
    const int scales = sim.buffer_growths();
    for (int step = 0; step < 40; ++step) ASSERT_FALSE(env->step(std::array{step % 10 < 5 ? 1.0 : -1.0}, rng).diverged);
    // Later versions of MuJoCo have buffers of another kind.
    if (mujoco_version() < "2.3") {
      EXPECT_EQ(sim.buffer_growths() > scales, episode == 0);
    }
    const std::vector<double> last(sim.qpos().begin(), sim.qpos().end());
    if (episode == 0) first = last;
    EXPECT_EQ(last, first);
  }
}

TEST(ActionsOfAUrdf, MustBeNamed) {
  const std::string path = (std::filesystem::temp_directory_path() / fmt::format("sinew_{}.urdf", getpid())).string();
  std::ofstream(path) << R"(<robot name="arm">
    <link name="base"><inertial><mass value="1"/><inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial></link>
    <link name="upper"><inertial><mass value="1"/><inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial></link>
    <link name="fore"><inertial><mass value="1"/><inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial></link>
    <joint name="shoulder" type="revolute"><parent link="base"/><child link="upper"/><axis xyz="0 1 0"/>
      <limit lower="-2" upper="2" effort="1" velocity="1"/></joint>
    <joint name="elbow" type="revolute"><parent link="upper"/><child link="fore"/><axis xyz="0 1 0"/>
      <limit lower="-2" upper="2" effort="1" velocity="1"/></joint>
  </robot>)";
  const auto task = [&](const std::string& actions) {
    const std::string yaml =
        "model: " + path + "\nobservations: {state: [qpos]}\nreward: {alive: {term: alive}}\n" + actions;
    return load_task(ConfigNode::parse_text(yaml, "task.yaml"), "test", "").factory();
  };
  const std::string error = error_of([&] { task(""); });
  expect_contains(error, "sinew_");
  expect_contains(error,
                  "has no actuators (a URDF names none): name the joints to drive, for example actions: {joint_torque: "
                  "{joints: {shoulder: 10, elbow: 10}}}, limits in N m");
  const auto arm = task("actions: {joint_torque: {joints: {shoulder: 10, elbow: 5}}}\n");
  Rng rng(1);
  arm->reset(rng);
  EXPECT_FALSE(arm->step(std::array{1.0, -1.0}, rng).diverged);
  EXPECT_EQ(task("actions: {pd_targets: {kp: 1, kd: 0.1}}\n")->spec().actions.parts[0].labels,
            (std::vector<std::string>{"shoulder", "elbow"}));
  expect_contains(error_of([&] { task("actions: {position_targets: {}}\n"); }), "has no actuators");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace sinew
