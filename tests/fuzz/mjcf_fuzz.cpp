// A model file, through our checks and MuJoCo's reader and compiler, to a simulation of it.
#include <fmt/core.h>

#include <cstdlib>

#include "core/error.h"
#include "sim/model/model.h"
#include "sim/simulation/simulation.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/target.h"

namespace sinew::fuzz {

std::vector<std::string> seeds() {
  std::vector<std::string> all = files_in("sim/models", ".xml");
  all.push_back(
      R"(<mujoco model="small"><worldbody><body pos="0 0 1"><freejoint/><geom size=".1"/></body></worldbody></mujoco>)");
  all.push_back(R"(<mujoco>
  <asset>
    <texture name="grid" type="2d" builtin="checker" width="8" height="8" rgb1=".1 .2 .3" rgb2=".2 .3 .4"/>
    <material name="grid" texture="grid" texrepeat="1 1"/>
    <hfield name="hills" nrow="3" ncol="3" size="1 1 .5 .1"/>
    <mesh name="wedge" vertex="0 0 0  1 0 0  0 1 0  0 0 1"/>
  </asset>
  <worldbody>
    <geom type="hfield" hfield="hills" material="grid"/>
    <body name="arm" pos="0 0 1">
      <joint name="hip" type="hinge" axis="0 1 0" limited="true" range="-1 1"/>
      <geom type="mesh" mesh="wedge" mass="1"/>
      <site name="tip" pos="0 0 .5"/>
      <composite type="rope" count="5 1 1" spacing=".1"><geom size=".02"/></composite>
    </body>
    <body name="ball" mocap="true"/>
  </worldbody>
  <tendon><spatial name="string"><site site="tip"/><site site="tip"/></spatial></tendon>
  <equality><joint joint1="hip"/></equality>
  <contact><exclude body1="arm" body2="world"/></contact>
  <actuator><general joint="hip" dyntype="filter" gaintype="affine" ctrlrange="-1 1"/></actuator>
  <sensor><framepos objtype="site" objname="tip"/><rangefinder site="tip"/></sensor>
  <keyframe><key qpos="0.5"/></keyframe>
  <custom><numeric name="n" data="1 2"/></custom>
</mujoco>)");
  all.push_back(R"(<robot name="two"><link name="a"/><link name="b"><inertial><mass value="1"/>
<inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial><collision><geometry><sphere radius=".1"/></geometry></collision>
</link><joint name="j" type="revolute"><parent link="a"/><child link="b"/><axis xyz="0 0 1"/>
<limit lower="-1" upper="1" effort="3" velocity="2"/></joint></robot>)");
  return all;
}

std::vector<std::string> words() {
  return {"<body>",
          "</body>",
          "<geom size=\".1\"/>",
          "<joint/>",
          "<freejoint/>",
          "<site name=\"x\"/>",
          "<default class=\"a\">",
          "</default>",
          "class=\"a\"",
          "childclass=\"a\"",
          "name=\"",
          "type=\"mesh\"",
          "type=\"hfield\"",
          "type=\"box\"",
          "type=\"ball\"",
          "type=\"free\"",
          "size=\"0 0 0\"",
          "pos=\"1e10 0 0\"",
          "quat=\"0 0 0 0\"",
          "euler=\"nan 0 0\"",
          "<size memory=\"1T\"/>",
          "<size nconmax=\"1000000000\"/>",
          "<size njmax=\"-5\"/>",
          "nuser_geom=\"100000000\"",
          "width=\"100000\" height=\"100000\"",
          "nrow=\"30000\" ncol=\"30000\"",
          "<include file=\"x.xml\"/>",
          "<composite type=\"grid\" count=\"3 3 1\" spacing=\".1\"><geom size=\".1\"/></composite>",
          "type=\"cloth\"",
          "type=\"rope\"",
          "count=\"1000 1000 1000\"",
          "<replicate>",
          "<mesh file=\"a.stl\"/>",
          "vertex=\"0 0 0\"",
          "<skin name=\"s\">",
          "<texture builtin=\"gradient\" width=\"9\" height=\"9\"/>",
          "<plugin/>",
          "mocap=\"true\"",
          "<flag contact=\"disable\"/>",
          "<compiler angle=\"radian\"/>",
          "integrator=\"RK4\"",
          "timestep=\"0\"",
          "<!--",
          "-->",
          "<![CDATA[",
          "&#0;",
          "&amp;",
          "<?xml version=\"1.0\"?>",
          "<!DOCTYPE a [<!ENTITY b \"c\">]>"};
}

}  // namespace sinew::fuzz

namespace {

// What MuJoCo did not survive, in the process that it had for itself.
struct Contained {
  int64_t crashes = 0, too_long = 0, too_large = 0;
  Contained() {
    setenv("SINEW_MODEL_SECONDS", "3", 0);
    setenv("SINEW_MODEL_MIB", "64", 0);
  }
  ~Contained() {
    fmt::print("MuJoCo's own faults, contained: {} crashes, {} without an end, {} for want of memory\n", crashes,
               too_long, too_large);
  }
  void count(const std::string& error) {
    const auto says = [&error](const char* part) { return error.find(part) != std::string::npos; };
    crashes += says("crashes on this model") || says("ends the process on this model");
    too_long += says("has not compiled it");
    too_large += says("SINEW_MODEL_MIB");
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sinew;
  static Contained contained;
  static fuzz::MemoryFile file("model.xml");
  try {
    file.set({reinterpret_cast<const char*>(data), size});
    Simulation simulation(Model::load(file.path()));
    simulation.forward();
  } catch (const Error& error) {
    contained.count(error.what());
  }
  return 0;
}
