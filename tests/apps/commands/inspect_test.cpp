// sinew inspect: its output for models, the tasks it writes, and its errors for files that are not models.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

const std::string cheetah = SINEW_SOURCE_DIR "/sim/models/half_cheetah.xml";

// Two joints, a hinge and a slide, muscles and servos, and a site for reaching.
constexpr const char* arm = R"(<mujoco><option timestep="0.005"/>
  <worldbody><body name="upper arm"><joint name="shoulder" range="0 120" limited="true" damping="0.5"/>
      <geom type="capsule" size=".05" fromto="0 0 0 .5 0 0" mass="2"/>
      <body name="hand" pos=".5 0 0"><joint name="slide #1" type="slide" axis="1 0 0" limited="true" range="0 .3"/>
        <geom size=".05" mass="1"/><site name="tip" pos=".1 0 0"/><site/></body></body></worldbody>
  <actuator><position name="servo" joint="shoulder" kp="50" ctrllimited="true" ctrlrange="0 2"/>
    <motor name="push" joint="slide #1" gear="20" ctrllimited="true" ctrlrange="-1 1"/></actuator>
  <sensor><jointpos name="angle" joint="shoulder"/></sensor>
  <keyframe><key name="home" qpos="0.5 0.1"/></keyframe></mujoco>)";

std::string link(const std::string& name, const std::string& content) {
  return "<link name='" + name + "'><inertial><origin xyz='0.2 0 0'/><mass value='2'/><inertia ixx='0.01' iyy='0.01' " +
         "izz='0.01' ixy='0' ixz='0' iyz='0'/></inertial>" + content + "</link>";
}
// `content` is inserted into the sliding link.
std::string urdf(const std::string& content = "") {
  return "<?xml version='1.0'?><robot name='crane'>" + link("base", "") + link("boom", "") + link("trolley", content) +
         "<joint name='slew' type='revolute'><parent link='base'/><child link='boom'/><axis xyz='0 0 1'/>"
         "<limit lower='-1' upper='1' effort='10' velocity='3'/></joint>"
         "<joint name='run' type='prismatic'><parent link='boom'/><child link='trolley'/><axis xyz='1 0 0'/>"
         "<limit lower='0' upper='0.3' effort='20' velocity='1'/></joint></robot>";
}

// A refusal: one paragraph on standard error, exit code 2, nothing on standard output.
void expect_refusal(const std::vector<std::string>& words, const std::string& part) {
  const ChildProcess::Result result = run_sinew(words);
  EXPECT_EQ(result.exit_code, 2) << part;
  EXPECT_EQ(result.output, "");
  expect_contains(result.errors, part);
  EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
}

// A few hundred steps of PPO with the task, in the folder's run/.
ChildProcess::Result train_a_little(const TemporaryFolder& folder, const std::string& task) {
  folder.write(
      "recipe.yaml",
      "task: " + task +
          "\ntotal_timesteps: 256\nn_envs: 2\nalgorithm: {name: ppo, n_steps: 64, batch_size: 64, n_epochs: 2}\n"
          "network: {encoders: {state: {normalize: true, layers: []}}, actor: [{linear: 8}, tanh], "
          "critic: [{linear: 8}, tanh]}\neval: {eval_freq: 0, n_eval_episodes: 1, n_final_episodes: 0}\n");
  return run_sinew({"train", folder.file("recipe.yaml"), "--run", folder.file("run"), "--overwrite"});
}

TEST(Inspect, SaysWhatAModelHas) {
  const ChildProcess::Result result = run_sinew({"inspect", cheetah});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(result.errors, "");
  for (const char* part : {"half_cheetah.xml (MJCF)\n", "0.01 s, integrator Euler", "14 kg",
                           "9 positions (nq), 9 velocities (nv), 6 controls",
                           "\n  bthigh  hinge  bthigh     -0.52 … 1.05 rad (-30 … 60°)        6       0.1        240\n",
                           "\n  bthigh    motor  joint bthigh   120   -1 … 1            120 N m            -\n",
                           "track   trackcom  torso", "\n    bthigh      1.544 kg                  4.226 kg\n",
                           "Without a range: rootx, rootz, rooty.", "It has no sensors."})
    expect_contains(result.output, part);
}

TEST(Inspect, WritesTheSameFactsAsJson) {
  const TemporaryFolder folder;
  folder.write("arm.xml", arm);
  const ChildProcess::Result result = run_sinew({"inspect", folder.file("arm.xml"), "--json", folder.file("f.json")});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, "Without a name: 2 of 2 geoms, 1 of 2 sites. A task cannot refer to them.");
  const auto facts = nlohmann::json::parse(read_file(folder.file("f.json")));
  EXPECT_EQ(facts.at("format"), "MJCF");
  EXPECT_EQ(facts.at("timestep"), 0.005);
  EXPECT_NEAR(facts.at("total_mass").get<double>(), 3, 1e-12);
  const auto& shoulder = facts.at("joints").at(0);
  EXPECT_EQ(shoulder.at("name"), "shoulder");
  EXPECT_EQ(shoulder.at("type"), "hinge");
  EXPECT_EQ(shoulder.at("unit"), "rad");
  EXPECT_NEAR(shoulder.at("range").at(1).get<double>(), 2.0944, 1e-4);
  EXPECT_EQ(facts.at("joints").at(1).at("unit"), "m");
  EXPECT_EQ(facts.at("actuators").at(0).at("kind"), "position");
  EXPECT_EQ(facts.at("actuators").at(0).at("unit"), "rad");
  EXPECT_EQ(facts.at("actuators").at(1).at("force_per_control"), 20);
  EXPECT_TRUE(facts.at("actuators").at(1).at("forcerange").is_null());
  EXPECT_EQ(facts.at("sensors").at(0).at("unit"), "rad");
  EXPECT_EQ(facts.at("sites").at(1).at("name"), "");
  EXPECT_EQ(facts.at("keyframes").at(0).at("qpos"), (std::vector<double>{0.5, 0.1}));
}

TEST(Inspect, AdvisesWhoeverWritesATask) {
  const TemporaryFolder folder;
  folder.write("m.xml",
               R"(<mujoco><option timestep="0.02"/><worldbody><body name="a"><joint name="j"/><geom size="1"/></body>
    </worldbody><actuator><motor name="loose" joint="j"/></actuator></mujoco>)");
  const std::string text = run_sinew({"inspect", folder.file("m.xml")}).output;
  expect_contains(text, "Without a ctrlrange: loose.");
  expect_contains(text, "The time step of 0.02 s is long");
  expect_contains(text, "Nothing can touch anything");
  expect_contains(text, "Without a range: j.");
  folder.write("rock.xml", "<mujoco><worldbody><geom size='1'/></worldbody></mujoco>");
  expect_contains(run_sinew({"inspect", folder.file("rock.xml")}).output, "Nothing moves");
}

TEST(Inspect, AStarterTaskTrainsAsItStands) {
  const TemporaryFolder folder;
  folder.write("models/arm.xml", arm);
  folder.write("tasks/README", "");
  const std::string task = folder.file("tasks/arm.yaml");
  const ChildProcess::Result result = run_sinew({"inspect", folder.file("models/arm.xml"), "--task", task});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, "./sinew train configs/recipes/quickstart.yaml --set task=" + task +
                                     " --set network.action_map=scale --run runs/arm");
  const std::string yaml = read_file(task);
  expect_contains(yaml, "\nmodel: ../models/arm.xml\n");
  expect_contains(yaml, "\nframe_skip: 4 ");
  expect_contains(yaml, "reach: {term: tracking, of: {site_pos: {site: tip, axes: [x, y]}}, target: [");
  const ChildProcess::Result training = train_a_little(folder, task);
  EXPECT_EQ(training.exit_code, 0) << training.errors;
}

TEST(Inspect, WhatAStarterTaskOffersBehindACommentSignWorks) {
  const TemporaryFolder folder;
  folder.write("arm.xml", arm);
  const std::string task = folder.file("t.yaml"), other = folder.file("other.yaml");
  for (const std::string& model : {folder.file("arm.xml"), cheetah}) {
    ASSERT_EQ(run_sinew({"inspect", model, "--task", task, "--overwrite"}).exit_code, 0);
    const std::string yaml = read_file(task);
    int offers = 0;
    for (size_t at = yaml.find("  # "); at != std::string::npos; at = yaml.find("  # ", at + 1)) {
      if (yaml[yaml.find_last_not_of(' ', at)] != '\n') continue;  // a trailing comment
      const std::string line = yaml.substr(at + 4, yaml.find('\n', at) - at - 4);
      if (line.find("{") == std::string::npos && !line.starts_with("- ")) continue;  // a comment
      std::string taken = std::string(yaml).erase(at + 2, 2);
      if (const size_t empty = taken.find(": {}  # take"); empty != std::string::npos && empty < at)
        taken.erase(empty + 1, 3);
      folder.write("other.yaml", taken);
      const ChildProcess::Result training = train_a_little(folder, other);
      EXPECT_EQ(training.exit_code, 0) << line << "\n" << training.errors << taken;
      ++offers;
    }
    EXPECT_GT(offers, 0) << yaml;
  }
}

TEST(Inspect, AStarterTaskOfARobotThatTravelsLeavesOutWhereItIs) {
  const TemporaryFolder folder;
  const std::string task = folder.file("run.yaml");
  ASSERT_EQ(run_sinew({"inspect", cheetah, "--task", task}).exit_code, 0);
  const std::string yaml = read_file(task);
  expect_contains(yaml, "qpos: {from: 1}");
  expect_contains(yaml, "{term: x_velocity, joint: rootx}");
  expect_contains(yaml, "fallen: {term: height, body: torso, low: 0.35}");
  EXPECT_EQ(train_a_little(folder, task).exit_code, 0);
}

TEST(Inspect, AnExistingTaskIsKeptUnlessAskedFor) {
  const TemporaryFolder folder;
  folder.write("recipe.yaml", "precious");
  const std::string task = folder.file("mine.yaml"), recipe = folder.file("recipe.yaml");
  EXPECT_EQ(run_sinew({"inspect", cheetah, "--task", task}).exit_code, 0);
  expect_refusal({"inspect", cheetah, "--task", task}, "mine.yaml' is there already; --overwrite replaces it");
  expect_refusal({"inspect", cheetah, "--task", recipe, "--overwrite"}, "is not a starter task");
  EXPECT_EQ(read_file(recipe), "precious");
  EXPECT_EQ(run_sinew({"inspect", cheetah, "--task", task, "--overwrite"}).exit_code, 0);
  expect_contains(read_file(task), "x_velocity");
  expect_refusal({"inspect", cheetah, "--task", folder.file("no/such/t.yaml")}, "cannot write '");
  expect_refusal({"inspect", cheetah, "--json", folder.file("no/such/f.json")}, "cannot write '");
}

TEST(Inspect, AModelWithNothingToDriveHasNoTask) {
  const TemporaryFolder folder;
  folder.write("ball.xml",
               "<mujoco><worldbody><body name='b'><freejoint/><geom size='1'/></body></worldbody></mujoco>");
  expect_refusal({"inspect", folder.file("ball.xml"), "--task", folder.file("t.yaml")},
                 "nothing that a policy could drive");
  EXPECT_FALSE(std::filesystem::exists(folder.file("t.yaml")));
  expect_contains(run_sinew({"inspect", folder.file("ball.xml")}).output, "no hinge or slide with a name");
}

TEST(InspectUrdf, SaysHowToDriveJointsThatHaveNoActuator) {
  const TemporaryFolder folder;
  folder.write("crane.urdf", urdf("<visual><geometry><mesh filename='package://crane/lost.stl'/></geometry></visual>"));
  const ChildProcess::Result result = run_sinew({"inspect", folder.file("crane.urdf")});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, "crane.urdf (URDF)");
  expect_contains(result.output, "slew   hinge  boom     -1 … 1 rad (-57 … 57°)");
  expect_contains(result.output, "0 … 0.3 m ");
  expect_contains(result.output, "`actions: {joint_torque: {joints: {slew: 10, run: 20}}}`");
}

TEST(InspectUrdf, TheStarterTaskDrivesEveryJointByATorque) {
  const TemporaryFolder folder;
  folder.write("crane.urdf", urdf());
  const std::string task = folder.file("crane.yaml");
  ASSERT_EQ(run_sinew({"inspect", folder.file("crane.urdf"), "--task", task}).exit_code, 0);
  const std::string yaml = read_file(task);
  expect_contains(yaml, "  joint_torque:\n    joints:");
  expect_contains(yaml, "\n      slew: ");
  expect_contains(yaml, "reach: {term: tracking, of: {body_pos: {body: trolley, axes: [x, y]}}");
  expect_contains(yaml, "\n      run: 20  # N, the URDF's effort limit\n");
  const ChildProcess::Result training = train_a_little(folder, task);
  EXPECT_EQ(training.exit_code, 0) << training.errors;
}

TEST(InspectUrdf, WhatFollowsAnotherJointIsNotDriven) {
  const TemporaryFolder folder;
  std::string hand = urdf();
  hand.insert(hand.rfind("</joint>"), "<mimic joint='slew' multiplier='0.1'/>");
  folder.write("hand.urdf", hand);
  const std::string task = folder.file("hand.yaml");
  const ChildProcess::Result result = run_sinew({"inspect", folder.file("hand.urdf"), "--task", task});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, "which stands for <mimic>: run follows slew. Drive the joint that leads");
  const std::string yaml = read_file(task);
  expect_contains(yaml,
                  "\n      slew: 10  # N m, the URDF's effort limit\n      # run follows another joint (<mimic>)\n");
  EXPECT_EQ(yaml.find("\n      run:"), std::string::npos);
  EXPECT_EQ(train_a_little(folder, task).exit_code, 0);
}

TEST(InspectUrdf, SaysWhatIsDroppedOfThisFileAlone) {
  const TemporaryFolder folder;
  folder.write("crane.urdf", urdf());
  std::string text = run_sinew({"inspect", folder.file("crane.urdf")}).output;
  std::ranges::replace(text, '\n', ' ');
  expect_contains(text, "MuJoCo drops from this URDF: effort limits (2, from line 1 on), velocity limits");
  expect_contains(text, "Its base is fixed in the world");
  for (const char* absent : {"<transmission>", "<gazebo>", "fixed joints", "<visual>"})
    EXPECT_EQ(text.find(absent), std::string::npos) << absent;
  std::string floating = urdf();
  floating.insert(
      floating.find("<joint name='slew'"),
      "<link name='world'/><joint name='root' type='floating'><parent link='world'/><child link='base'/></joint>");
  folder.write("walker.urdf", floating);
  text = run_sinew({"inspect", folder.file("walker.urdf")}).output;
  expect_contains(text, "free");
  EXPECT_EQ(text.find("fixed in the world"), std::string::npos) << text;
}

TEST(InspectUrdf, WhatMuJoCoCannotReadIsExplained) {
  const TemporaryFolder folder;
  folder.write("mesh.urdf",
               urdf("<collision><geometry><mesh filename='package://c/lost.stl'/></geometry></collision>"));
  expect_refusal({"inspect", folder.file("mesh.urdf")}, "lost.stl");
  expect_refusal({"inspect", folder.file("mesh.urdf")}, "where it is looked for: beside the model");
  folder.write("dae.urdf", urdf("<collision><geometry><mesh filename='lost.dae'/></geometry></collision>"));
  expect_refusal({"inspect", folder.file("dae.urdf")}, "convert the mesh to STL or OBJ");
  std::string massless = urdf();
  const size_t at = massless.find("<inertial>", massless.find("'trolley'"));
  massless.erase(at, massless.find("</inertial>", at) + 11 - at);
  folder.write("massless.urdf", massless);
  expect_refusal({"inspect", folder.file("massless.urdf")}, "Object name = trolley");
  expect_refusal({"inspect", folder.file("massless.urdf")},
                 "the link 'trolley' is moved by a joint and has no mass: give it an <inertial>");
}

TEST(Inspect, WhatIsNoModelIsRefused) {
  const TemporaryFolder folder;
  folder.write("empty.xml", "");
  folder.write("task.yaml", "model: m.xml\n");
  folder.write("broken.xml", "<mujoco><worldbody>");
  folder.write("page.xml", "<html></html>");
  folder.write("text.xml", "model: m.xml\n");
  folder.write("typo.xml", "<mujoco><worldbdy/></mujoco>");
  expect_refusal({"inspect"}, "inspect: MODEL is required");
  expect_refusal({"inspect", folder.file("none.xml")}, "none.xml': there is no such file");
  expect_refusal({"inspect", folder.file("")}, "it is a folder");
  expect_refusal({"inspect", "/dev/null"}, "it is a device or a pipe");
  expect_refusal({"inspect", folder.file("empty.xml")}, "empty.xml': it is empty");
  expect_refusal({"inspect", folder.file("task.yaml")}, "it is a YAML file, an MJCF or URDF file is needed");
  expect_refusal({"inspect", folder.file("broken.xml")}, "it is not complete XML: <worldbody> of line 1 is not closed");
  expect_refusal({"inspect", folder.file("text.xml")}, "it is not an XML file");
  expect_refusal({"inspect", folder.file("page.xml")}, "it is a web page (HTML)");
  expect_refusal({"inspect", folder.file("typo.xml")}, "worldbdy");
}

}  // namespace
}  // namespace sinew
