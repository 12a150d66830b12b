// What a URDF says and MuJoCo has no words for: kept, or said to be dropped.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <mujoco/mujoco.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/random.h"
#include "sim/simulation/simulation.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

std::string link(const std::string& name, double mass) {
  return fmt::format(
      "<link name='{}'><inertial><origin xyz='0.01 0.0123456789 0'/><mass value='{}'/><inertia ixx='1e-3' "
      "iyy='2e-3' izz='2.123456789e-3' ixy='1e-5' ixz='0' iyz='0'/></inertial><collision><geometry><box "
      "size='0.02 0.0111111111 0.06'/></geometry></collision></link>\n",
      name, mass);
}
std::string joint(const std::string& name, const std::string& type, const std::string& child, const std::string& more) {
  return fmt::format(
      "<joint name='{}' type='{}'><parent link='palm'/><child link='{}'/><origin xyz='{} 0 0'/><axis xyz='0 1 0'/>\n"
      "<limit lower='-1' upper='1' effort='20' velocity='0.2'/><dynamics damping='0.5'/>{}</joint>\n",
      name, type, child, child == "a" ? 1 : 2, more);
}

class Urdf : public testing::Test {
 protected:
  ~Urdf() override { std::filesystem::remove(path_); }
  std::shared_ptr<const Model> load(const std::string& content) const {
    std::ofstream(path_) << "<?xml version='1.0'?>\n<robot name='hand'>\n" << content << "</robot>\n";
    return Model::load(path_);
  }
  std::string refusal(const std::string& content) const {
    return error_of([&] { load(content); });
  }
  std::string path_ = (std::filesystem::temp_directory_path() / fmt::format("sinew_urdf_{}.urdf", ::getpid())).string();
};

// Types of joints × multipliers × offsets: the follower goes where it is told to.
TEST_F(Urdf, AMimicIsAnEqualityOfJoints) {
  Rng rng(1);
  for (const char* type : {"prismatic", "revolute", "continuous"})
    for (const double multiplier : {1.0, -1.0, 0.5}) {
      const double offset = multiplier == 0.5 ? 0.1 : 0;
      SCOPED_TRACE(fmt::format("{}, {}", type, multiplier));
      const std::string links = link("palm", 0.6) + link("a", 0.1234567890123) + link("b", 0.1);
      const std::string mimic = fmt::format("<mimic joint='lead' multiplier='{}' offset='{}'/>", multiplier, offset);
      const auto plain = load(links + joint("lead", type, "a", "") + joint("follow &amp; co", type, "b", ""));
      const auto model = load(links + joint("lead", type, "a", "") + joint("follow &amp; co", type, "b", mimic));
      const int lead = model->find(Model::Element::joint, "lead"),
                follow = model->find(Model::Element::joint, "follow & co");
      EXPECT_EQ(model->leader_of_joint(follow), lead);
      EXPECT_EQ(model->leader_of_joint(lead), -1);
      EXPECT_EQ(plain->leader_of_joint(follow), -1);
      EXPECT_EQ(model->raw().neq, 1);
      // All other numbers are as MuJoCo compiled them, to the last bit.
      const mjModel &a = plain->raw(), &b = model->raw();
      ASSERT_EQ(a.nbody, b.nbody);
      for (int i = 0; i < 3 * a.nbody; ++i) EXPECT_EQ(a.body_inertia[i], b.body_inertia[i]);
      for (int i = 0; i < 4 * a.nbody; ++i) EXPECT_EQ(a.body_iquat[i], b.body_iquat[i]);
      for (int i = 0; i < a.nbody; ++i) EXPECT_EQ(a.body_mass[i], b.body_mass[i]);
      for (int i = 0; i < 3 * a.ngeom; ++i) EXPECT_EQ(a.geom_size[i], b.geom_size[i]);
      for (int i = 0; i < a.nv; ++i) EXPECT_EQ(a.dof_damping[i], b.dof_damping[i]);
      Simulation sim(model);
      sim.forward();
      const auto at = [&](int index) { return sim.qpos()[static_cast<size_t>(model->qpos_address(index))]; };
      for (int i = 0; i < 3; ++i) {
        sim.qfrc_applied()[static_cast<size_t>(model->dof_address(lead))] = rng.uniform(-0.3, 0.3);
        ASSERT_TRUE(sim.step(500));
        EXPECT_NEAR(at(follow), multiplier * at(lead) + offset, 0.01);
      }
      EXPECT_GT(std::abs(at(lead)), 0.01) << "it moved";
    }
}

TEST_F(Urdf, AMimicIsKeptWhateverFolderOneIsIn) {
  const auto here = std::filesystem::current_path();
  load(link("palm", 0.6) + link("a", 0.1) + link("b", 0.1) + joint("lead", "revolute", "a", "") +
       joint("follow", "revolute", "b", "<mimic joint='lead'/>"));
  std::filesystem::current_path(std::filesystem::path(path_).parent_path());
  const std::string name = std::filesystem::path(path_).filename().string();
  for (const std::string& path : {name, "./" + name}) EXPECT_EQ(Model::load(path)->raw().neq, 1);
  std::filesystem::current_path(here);
}

// A tetrahedron as a binary STL.
std::string tetrahedron() {
  const float corners[4][3] = {{0, 0, 0}, {0.1F, 0, 0}, {0, 0.1F, 0}, {0, 0, 0.1F}};
  const int faces[4][3] = {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {0, 3, 2}};
  std::string bytes(80, ' ');
  const auto add = [&](const auto& value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); };
  add(uint32_t{4});
  for (const auto& face : faces) {
    for (int i = 0; i < 3; ++i) add(0.0F);
    for (const int corner : face)
      for (const float x : corners[corner]) add(x);
    add(uint16_t{0});
  }
  return bytes;
}

// The model is compiled a second time, from elsewhere: its meshes are found and stay as they are.
TEST_F(Urdf, AMimicKeepsTheMeshes) {
  const std::filesystem::path folder = path_ + ".meshes";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "tip.stl", std::ios::binary) << tetrahedron();
  for (const std::string& meshdir : {folder.filename().string(), folder.string()}) {
    const std::string head = "<mujoco><compiler meshdir='" + meshdir + "'/></mujoco>";
    const std::string tip =
        "<link name='tip'><inertial><mass value='0.1'/><inertia ixx='1e-3' iyy='1e-3' izz='1e-3' ixy='0' "
        "ixz='0' iyz='0'/></inertial><collision><geometry><mesh filename='package://hand/tip.stl' "
        "scale='1 1 1.234567891'/></geometry></collision></link>";
    const std::string links = head + link("palm", 0.6) + link("a", 0.1) + tip + joint("lead", "revolute", "a", "");
    const auto plain = load(links + joint("follow", "revolute", "tip", ""));
    const auto model = load(links + joint("follow", "revolute", "tip", "<mimic joint='lead'/>"));
    const mjModel &a = plain->raw(), &b = model->raw();
    ASSERT_EQ(b.neq, 1);
    ASSERT_EQ(a.nmesh, 1);
    ASSERT_EQ(a.nmeshvert, b.nmeshvert);
    for (int i = 0; i < 3 * a.nmeshvert; ++i) EXPECT_EQ(a.mesh_vert[i], b.mesh_vert[i]);
    for (int i = 0; i < 3 * a.ngeom; ++i) EXPECT_EQ(a.geom_pos[i], b.geom_pos[i]);
  }
  std::filesystem::remove_all(folder);
}

TEST_F(Urdf, AMimicOfNoJointIsRefused) {
  const std::string links = link("palm", 0.6) + link("a", 0.1) + link("b", 0.1);
  expect_contains(
      refusal(links + joint("lead", "revolute", "a", "") + joint("other", "revolute", "b", "<mimic joint='laed'/>")),
      ": the joint 'other' mimics 'laed', which is not a joint of the file; did you mean 'lead'?");
  expect_contains(
      refusal(links + joint("lead", "fixed", "a", "") + joint("other", "revolute", "b", "<mimic joint='lead'/>")),
      "neither slides nor turns");
  expect_contains(refusal(links + joint("lead", "revolute", "a", "") +
                          joint("other", "revolute", "b", "<mimic joint='lead' multiplier='x'/>")),
                  "<mimic>: multiplier is 'x', which is not a number");
}

TEST_F(Urdf, WhatIsDroppedIsNamedWhereItIsThereAlone) {
  const std::string links = link("palm", 0.6) + link("a", 0.1) + link("b", 0.1);
  const std::string plain = links + joint("j", "revolute", "a", "") + joint("k", "revolute", "b", "");
  const auto joined = [](const std::vector<std::string>& all) {
    std::string text;
    for (const std::string& one : all) text += one + "; ";
    return text;
  };
  const std::string before = joined(load(plain)->dropped());
  expect_contains(before, "velocity limits (2, from line 7 on)");
  const std::pair<std::string, std::string> additions[] = {
      {"<transmission name='t'><joint name='j'/></transmission>", "<transmission> (line "},
      {"<gazebo reference='a'><material>x</material></gazebo>", "<gazebo> (line "},
      {"<ros2_control name='c' type='system'/>", "<ros2_control> (line "},
      {"<link name='tip'/><joint name='f' type='fixed'><parent link='a'/><child link='tip'/></joint>", "fixed joints"}};
  for (const auto& [addition, words] : additions) {
    EXPECT_EQ(before.find(words), std::string::npos) << words;
    expect_contains(joined(load(plain + addition)->dropped()), words);
  }
  for (const char* inside : {"<safety_controller soft_lower_limit='0'/>", "<calibration rising='0'/>"}) {
    const std::string text =
        joined(load(links + joint("j", "revolute", "a", inside) + joint("k", "revolute", "b", ""))->dropped());
    expect_contains(text, std::string(inside).substr(0, std::string(inside).find(' ')));
  }
  const auto model = load(plain);
  EXPECT_EQ(model->urdf_effort(model->find(Model::Element::joint, "j")), 20);
}

// Words of xacro × where they stand; what xacro made of it keeps its namespace.
TEST_F(Urdf, AXacroFileIsSaidToBeOne) {
  const std::string links = link("palm", 0.6) + link("a", 0.1);
  for (const char* part : {"<xacro:property name='w' value='0.2'/>", "<xacro:include filename='x.xacro'/>",
                           "<xacro:macro name='m'/>", "<link name='${side}_x'/>", "<link name='$(arg side)_x'/>",
                           "<link name='x'><collision><geometry><box size='${w} 1 1'/></geometry></collision></link>"})
    expect_contains(refusal(links + part + joint("j", "revolute", "a", "")), "is xacro, from which");
  EXPECT_EQ(load(links + joint("j", "revolute", "a", "") + "<gazebo><x file='$(find y)/z'/></gazebo>")->nv(), 1);
}

}  // namespace
}  // namespace sinew
