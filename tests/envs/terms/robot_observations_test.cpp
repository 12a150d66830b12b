// What a robot's own sensors would say, on a floating torso with an arm, above a floor with a ball on it.
#include <cmath>

#include "tests/core/expect_error.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

constexpr double pi = 3.14159265358979323846;

class RobotObservations : public TermTest {
 protected:
  RobotObservations()
      : TermTest(R"(<mujoco><option gravity="0 0 -10" timestep="0.002"/><worldbody>
          <geom name="floor" type="plane" size="5 5 1"/>
          <body name="torso" pos="0 0 3"><freejoint name="root"/>
            <geom name="trunk" size="0.1"/><site name="chip"/>
            <body name="arm" pos="0.5 0 0"><joint name="elbow" axis="0 1 0"/><geom size="0.1" pos="0 0 1"/></body>
          </body>
          <body name="cart" pos="0 3 2"><joint name="slide" type="slide" axis="1 0 0"/><geom size="0.1"/></body>
          <body name="ball" pos="3 0 0.1"><freejoint/><geom name="leather" size="0.1" mass="2"/></body>
        </worldbody><sensor>
          <jointpos name="encoder" joint="elbow"/><gyro name="gyro" site="chip"/>
          <framequat name="attitude" objtype="body" objname="torso"/><user name="own" objtype="body" objname="torso" needstage="pos" datatype="real" dim="2"/>
        </sensor></mujoco>)") {}

  // The torso turned by an angle about one of its axes.
  void turn_torso(double angle, size_t axis, double sign = 1) {
    for (size_t i = 0; i < 4; ++i) sim_.qpos()[3 + i] = 0;
    sim_.qpos()[3] = sign * std::cos(angle / 2);
    sim_.qpos()[4 + axis] = sign * std::sin(angle / 2);
    sim_.forward();
  }
  void expect_near(const std::string& yaml, const std::vector<double>& wanted) {
    const std::vector<double> got = observe(yaml);
    ASSERT_EQ(got.size(), wanted.size()) << yaml;
    for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], 1e-12) << yaml << " " << i;
  }
};

TEST_F(RobotObservations, JointsRelativeToTheDefaultPose) {
  sim_.qpos()[7] = 0.75;
  sim_.qpos()[8] = 2;
  sim_.qvel()[6] = -3;
  sim_.qvel()[7] = 4;
  default_pose_[7] = 0.5;
  EXPECT_EQ(observe("joint_pos"), (std::vector{0.25, 2.0}));
  EXPECT_EQ(observe("{joint_pos: {joints: [slide, elbow], relative: false}}"), (std::vector{2.0, 0.75}));
  EXPECT_EQ(observe("joint_vel"), (std::vector{-3.0, 4.0}));
  EXPECT_EQ(observe("{joint_vel: {joints: [slide]}}"), (std::vector{4.0}));
  state_.encoder_offset[7] = 0.125;
  EXPECT_EQ(observe("joint_pos"), (std::vector{0.375, 2.0}));
  const auto term = observation("joint_pos");
  EXPECT_EQ(term->labels(), (std::vector<std::string>{"elbow pos", "slide pos"}));
  EXPECT_EQ(term->units(), (std::vector<std::string>{"rad", "m"}));
}

TEST_F(RobotObservations, OrientationWithPositiveW) {
  const double half = std::sqrt(0.5);
  turn_torso(pi / 2, 2);
  expect_near("{body_quat: {body: torso}}", {half, 0, 0, half});
  turn_torso(pi / 2, 2, -1);
  expect_near("{body_quat: {body: torso}}", {half, 0, 0, half});
}

TEST_F(RobotObservations, GravityInTheBodysAxes) {
  expect_near("{projected_gravity: {body: torso}}", {0, 0, -1});
  turn_torso(pi / 2, 0);
  expect_near("{projected_gravity: {body: torso}}", {0, -1, 0});
}

TEST_F(RobotObservations, VelocitiesInOwnAxesAndTheWorlds) {
  sim_.qvel()[0] = 1;  // in the world
  sim_.qvel()[5] = 2;  // in the torso's axes
  turn_torso(pi / 2, 2);
  expect_near("{body_linear_velocity: {body: torso}}", {0, -1, 0});
  expect_near("{body_linear_velocity: {body: torso, frame: world}}", {1, 0, 0});
  expect_near("{body_linear_velocity: {body: torso, axes: [y]}}", {-1});
  expect_near("{body_linear_velocity: {body: arm, frame: world}}", {0, 0, 0});  // 1 − 2 · 0.5
  turn_torso(pi / 2, 0);
  expect_near("{body_angular_velocity: {body: torso}}", {0, 0, 2});
  expect_near("{body_angular_velocity: {body: torso, frame: world, axes: [y, z]}}", {-2, 0});
  const auto term = observation("{body_angular_velocity: {body: torso, frame: world, axes: [z]}}");
  EXPECT_EQ(term->labels(), (std::vector<std::string>{"torso wz world"}));
  EXPECT_EQ(term->units(), (std::vector<std::string>{"rad/s"}));
}

TEST_F(RobotObservations, ContactsPush) {
  ASSERT_TRUE(sim_.step(200));
  EXPECT_EQ(observe("{contact: {geoms: [leather, trunk]}}"), (std::vector{1.0, 0.0}));
  EXPECT_EQ(observe("{contact: {bodies: [torso, ball], with: [floor]}}"), (std::vector{0.0, 1.0}));
  EXPECT_EQ(observe("{contact: {bodies: [ball], with: [torso]}}"), (std::vector{0.0}));
  EXPECT_NEAR(observe("{contact_force: {bodies: [ball]}}")[0], 20, 0.05);
  sim_.qpos()[11] += 0.5;  // lifted
  sim_.forward();
  EXPECT_EQ(observe("{contact: {geoms: [leather]}}"), (std::vector{0.0}));
  EXPECT_EQ(observe("{contact_force: {geoms: [leather]}}"), (std::vector{0.0}));
  EXPECT_EQ(observation("{contact_force: {geoms: [leather]}}")->units()[0], "N");
}

TEST_F(RobotObservations, SensorsOfTheModel) {
  sim_.qpos()[7] = 0.25;
  sim_.qvel()[4] = 3;
  sim_.forward();
  EXPECT_EQ(observe("{sensor: encoder}"), (std::vector{0.25}));
  expect_near("{sensor: {name: gyro}}", {0, 3, 0});
  EXPECT_EQ(observation("{sensor: encoder}")->units()[0], "rad");
  const auto gyro = observation("{sensor: gyro}");
  EXPECT_EQ(gyro->labels(), (std::vector<std::string>{"gyro x", "gyro y", "gyro z"}));
  EXPECT_EQ(gyro->units()[2], "rad/s");
  EXPECT_EQ(observation("{sensor: attitude}")->labels()[0], "attitude w");
  EXPECT_EQ(observation("{sensor: own}")->labels()[1], "own[1]");
}

TEST_F(RobotObservations, ActionAndCommand) {
  actions_.parts.push_back({.name = "actuators", .labels = {"knee", "hip"}, .units = {"N m"}, .low = {0, 0}});
  state_.action = {3, -2};
  EXPECT_EQ(observe("last_action"), (std::vector{3.0, -2.0}));
  const auto term = observation("last_action");
  EXPECT_EQ(term->labels(), (std::vector<std::string>{"knee last action", "hip last action"}));
  EXPECT_EQ(term->units(), (std::vector<std::string>{"N m", ""}));

  state_.commands.push_back({"walk", {"vx", "vy"}, {"m/s", "m/s"}, {0.5, -1}});
  EXPECT_EQ(observe("{command: walk}"), (std::vector{0.5, -1.0}));
  EXPECT_EQ(observe("{command: {name: walk}}"), (std::vector{0.5, -1.0}));
  EXPECT_EQ(observation("{command: walk}")->labels()[1], "walk vy");
}

TEST_F(RobotObservations, ErrorsNameWhatThereIs) {
  const auto expect_error = [this](const std::string& yaml, const std::string& part) {
    expect_contains(error_of([&] { observe(yaml); }), part);
  };
  expect_error("{joint_pos: {joints: [elbo]}}", "did you mean 'elbow'?");
  expect_error("{joint_pos: {joints: [root]}}", "the joint 'root' is neither a hinge nor a slide; it is free");
  expect_error("{joint_vel: {joints: [elbow, elbow]}}", "'elbow' is named twice");
  expect_error("{joint_vel: {joints: some}}", "has no joint 'some'");
  expect_error("{joint_vel: {joints: []}}", "is named");
  expect_error("{body_quat: {body: tors}}", "did you mean 'torso'?");
  expect_error("{body_linear_velocity: {body: torso, frame: body}}", "'body' is not one of own, world");
  expect_error("{body_linear_velocity: {body: torso, axes: [w]}}", "'w' is not one of x, y, z");
  expect_error("{contact: {geoms: [leathr]}}", "did you mean 'leather'?");
  expect_error("contact", "one of 'geoms' and 'bodies' is needed");
  expect_error("{sensor: gyr}", "did you mean 'gyro'?");
  expect_error("sensor", "the key 'name' is missing");
  expect_error("{command: walk}", "there is no command 'walk': the task has no 'commands'");
  state_.commands.push_back({"walk", {"vx"}, {"m/s"}, {0}});
  expect_error("{command: wlk}", "did you mean 'walk'?");
  expect_error("{command: reach}", "known: walk");
}

}  // namespace
}  // namespace sinew
