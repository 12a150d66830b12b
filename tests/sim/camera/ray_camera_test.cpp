// Depth by rays against depth as OpenGL draws it.
#include "sim/camera/ray_camera.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "core/error.h"
#include "sim/camera/render_pool.h"
#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

using Kind = CameraView::Kind;

// Every shape, the camera within a ball that it is fixed to, and what must not be seen: what is
// transparent, what is in a hidden group, and a mesh around the camera.
constexpr const char* ray_scene = R"(<mujoco>
  <asset>
    <mesh name="tetrahedron" vertex="-.3 -.3 0  .3 -.3 0  0 .3 0  0 0 .5"/>
    <hfield name="hills" nrow="3" ncol="3" size=".5 .5 .3 .1"/>
    <material name="glass" rgba="1 1 1 .4"/>
  </asset>
  <worldbody>
    <geom type="plane" size="4 4 1"/>
    <geom type="plane" size=".5 .5 1" pos="0 5 1" xyaxes="1 0 0 0 0 1"/>
    <geom type="sphere" size=".3" pos="-1.2 2 .3"/>
    <geom type="capsule" size=".15 .3" pos="-.5 2 .6" euler="20 40 0"/>
    <geom type="ellipsoid" size=".2 .3 .4" pos=".2 2 .5" euler="30 0 10"/>
    <geom type="cylinder" size=".25 .3" pos=".9 2 .4" euler="60 20 0"/>
    <geom type="box" size=".2 .3 .4" pos="1.6 2.5 .5" euler="10 20 30"/>
    <geom type="mesh" mesh="tetrahedron" pos="-.2 1.2 .1" euler="0 0 40"/>
    <geom type="hfield" hfield="hills" pos="1.2 4 .1"/>
    <geom type="sphere" size=".5" pos="0 1.2 1" material="glass"/>
    <geom type="sphere" size=".5" pos="0 1.2 1" group="3"/>
    <body pos="0 -.5 1" euler="-15 0 0"><freejoint/>
      <camera name="eye" xyaxes="1 0 0 0 0 1" fovy="70"/>
      <geom type="sphere" size=".1"/>
      <geom type="mesh" mesh="tetrahedron" pos="0 0 -.2" mass="1"/>
      <geom type="sphere" size=".05" pos=".25 .3 0"/>
    </body>
  </worldbody></mujoco>)";

// The share of the pixels that differ by more than one step of 8 bits.
double difference(const std::shared_ptr<const Model>& model, const Simulation& sim, const CameraView& view) {
  RenderPool pool(model, {view});
  const RayCamera rays(model, view);
  std::vector<uint8_t> drawn(view.size()), cast(view.size());
  pool.render(0, sim, drawn);
  rays.render(sim, cast);
  double different = 0;
  for (size_t i = 0; i < drawn.size(); ++i) different += std::abs(drawn[i] - cast[i]) > 1;
  return different / static_cast<double>(drawn.size());
}

TEST(RayCamera, SeesWhatOpenGlDraws) {
  const TemporaryModel xml(ray_scene);
  const auto model = Model::load(xml.path());
  Simulation sim(model);
  sim.reset();
  for (const double turn : {-0.4, 0.0, 0.3}) {
    sim.qpos()[0] = turn;
    sim.forward();
    for (const bool fast : {false, true}) {
      const CameraView view{
          .camera = "eye", .height = 96, .width = 128, .kind = Kind::depth, .near = 0.2, .far = 6, .fast = fast};
      // Edges, and round shapes that are drawn with corners.
      EXPECT_LT(difference(model, sim, view), fast ? 0.015 : 0.004) << turn;
    }
  }
}

TEST(RayCamera, SeesTheCheetahAsDrawn) {
  const auto model = Model::load(SINEW_SOURCE_DIR "/sim/models/half_cheetah.xml");
  Simulation sim(model);
  sim.reset();
  ASSERT_TRUE(sim.step(50));
  for (const bool fast : {false, true}) {
    const CameraView view{.camera = "track", .height = 84, .width = 84, .kind = Kind::depth, .far = 10, .fast = fast};
    EXPECT_LT(difference(model, sim, view), 0.001);
  }
}

TEST(RayCamera, FollowsAsTheFreeCameraDoes) {
  const TemporaryModel xml(ray_scene);
  const auto model = Model::load(xml.path());
  Simulation sim(model);
  sim.reset();
  sim.qpos()[1] = -2;
  sim.forward();
  EXPECT_LT(difference(model, sim, {.camera = "", .kind = Kind::depth, .far = 20, .fast = false}), 0.005);
}

TEST(RayCamera, RefusesWhatRaysCannotGive) {
  const auto model = Model::load(SINEW_SOURCE_DIR "/sim/models/half_cheetah.xml");
  const auto error = [&](const CameraView& view) { return error_of([&] { RayCamera camera(model, view); }); };
  EXPECT_NE(error({.camera = "track", .kind = Kind::rgbd}).find("must be of kind depth"), std::string::npos);
  EXPECT_NE(error({.camera = "trak", .kind = Kind::depth}).find("did you mean 'track'?"), std::string::npos);
}

}  // namespace
}  // namespace sinew
