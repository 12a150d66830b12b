#include "sim/camera/camera.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

constexpr int side = 32;

// A red floor beneath, black above, a green ball in the middle; the second camera turns its back.
constexpr const char* scene =
    R"(<mujoco><visual><headlight ambient="1 1 1" diffuse="0 0 0" specular="0 0 0"/></visual><worldbody>
  <camera name="front" pos="0 -3 0.5" xyaxes="1 0 0 0 0 1"/>
  <camera name="up" pos="0 -3 0.5" xyaxes="1 0 0 0 -1 0"/>
  <geom type="plane" size="1 1 1" rgba="1 0 0 1"/>
  <body pos="0 0 0.5"><freejoint/><geom size="0.3" rgba="0 1 0 1"/></body>
</worldbody></mujoco>)";

class CameraTest : public testing::Test {
 protected:
  CameraTest() : xml_(scene), model_(Model::load(xml_.path())), sim_(model_), pixels_(3 * side * side) {
    sim_.reset();
    sim_.forward();
  }
  std::unique_ptr<Renderer> renderer(const std::string& camera, bool fast = true) {
    return std::make_unique<Renderer>(model_,
                                      RenderOptions{.height = side, .width = side, .camera = camera, .fast = fast});
  }
  const uint8_t* pixel(int row, int column) const { return &pixels_[static_cast<size_t>(3 * (row * side + column))]; }

  TemporaryModel xml_;
  std::shared_ptr<const Model> model_;
  Simulation sim_;
  std::vector<uint8_t> pixels_;
};

TEST_F(CameraTest, DrawsTopDownAndInRgb) {
  for (const bool fast : {true, false}) {
    const auto camera = renderer("front", fast);
    camera->render(sim_, pixels_);
    EXPECT_GT(pixel(side - 1, 1)[0], 60) << "the floor below is red";
    EXPECT_LT(pixel(side - 1, 1)[1], 20);
    EXPECT_GT(pixel(side / 2, side / 2)[1], 60) << "the ball in the middle is green";
    EXPECT_LT(pixel(side / 2, side / 2)[0], 20);
    EXPECT_LT(pixel(0, 0)[0] + pixel(0, 0)[1] + pixel(0, 0)[2], 30) << "nothing above";
  }
}

TEST_F(CameraTest, ChoosesTheCameraByName) {
  renderer("up")->render(sim_, pixels_);
  EXPECT_EQ(std::set<uint8_t>(pixels_.begin(), pixels_.end()).size(), 1u) << "an empty sky";
  const std::string text = error_of([&] { renderer("frnt"); });
  EXPECT_NE(text.find("no camera 'frnt'; did you mean 'front'?"), std::string::npos) << text;
}

TEST_F(CameraTest, FollowsTheBodyWithoutATrackCamera) {
  const auto camera = renderer("");
  camera->render(sim_, pixels_);
  const std::vector<uint8_t> here = pixels_;
  sim_.qpos()[0] = 40;  // far off the floor's own metre, which is drawn without an end
  sim_.forward();
  camera->render(sim_, pixels_);
  size_t different = 0;
  for (size_t i = 0; i < here.size(); ++i) different += std::abs(here[i] - pixels_[i]) > 12;
  EXPECT_LT(different, here.size() / 50);
}

TEST_F(CameraTest, TwoCamerasOfOneThreadTakeTurns) {
  const auto front = renderer("front"), up = renderer("up");
  front->render(sim_, pixels_);
  const std::vector<uint8_t> alone = pixels_;
  up->render(sim_, pixels_);
  front->render(sim_, pixels_);
  EXPECT_EQ(pixels_, alone);
  const char* wish = std::getenv("MUJOCO_GL");
  EXPECT_EQ(front->backend().rfind(wish && std::string(wish) == "osmesa" ? "OSMesa, " : "EGL, ", 0), 0u)
      << front->backend();
}

TEST_F(CameraTest, RefusesABufferOfTheWrongSize) {
  const auto camera = renderer("front");
  std::vector<uint8_t> small(10);
  EXPECT_NE(error_of([&] { camera->render(sim_, small); }).find("needs 3072 bytes, not 10"), std::string::npos);
}

}  // namespace
}  // namespace sinew
