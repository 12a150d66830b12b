// What the views of a pool show, to the pixel, and that nothing but the state decides it.
#include "sim/camera/render_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "core/error.h"
#include "core/state_archive.h"
#include "sim/camera/ray_camera.h"
#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

using Kind = CameraView::Kind;

// From 2 m above a red floor, looking straight down with 90 degrees of view: the picture is 4 m high
// on the floor. A thin green tile lies at x = 1, y = 0.5; it reaches 0.05 m up.
constexpr const char* pool_scene =
    R"(<mujoco><visual><headlight ambient="1 1 1" diffuse="0 0 0" specular="0 0 0"/></visual><worldbody>
  <camera name="down" pos="0 0 2" fovy="90"/>
  <camera name="level" pos="0 0 0.5" xyaxes="1 0 0 0 0 1" fovy="60"/>
  <geom type="plane" size="9 9 1" rgba="1 0 0 1"/>
  <body name="tile" pos="1 0.5 0"><freejoint/><geom type="box" size="0.125 0.125 0.05" rgba="0 1 0 1"/></body>
</worldbody></mujoco>)";

class RenderPoolTest : public testing::Test {
 protected:
  RenderPoolTest() : xml_(pool_scene), model_(Model::load(xml_.path())), sim_(model_) {
    sim_.reset();
    sim_.forward();
  }
  std::vector<uint8_t> draw(RenderPool& pool, size_t view) {
    std::vector<uint8_t> pixels(pool.view(view).size(), 77);
    pool.render(view, sim_, pixels);
    return pixels;
  }

  TemporaryModel xml_;
  std::shared_ptr<const Model> model_;
  Simulation sim_;
};

TEST_F(RenderPoolTest, AShapeIsWhereAPinholeSeesIt) {
  RenderPool pool(model_, {{.camera = "down", .height = 64, .width = 96}});
  const std::vector<uint8_t> pixels = draw(pool, 0);
  // 32 pixels are the distance; the tile's upper face is 1.95 m away, and the picture's right is x, its top y.
  double rows = 0, columns = 0, n = 0;
  for (int row = 0; row < 64; ++row)
    for (int column = 0; column < 96; ++column) {
      const uint8_t* pixel = &pixels[static_cast<size_t>(3 * (row * 96 + column))];
      if (pixel[1] < 100) continue;
      rows += row + 0.5;
      columns += column + 0.5;
      ++n;
    }
  const double per_m = 32 / 1.95;
  EXPECT_NEAR(n, 0.25 * 0.25 * per_m * per_m, 4.5);
  EXPECT_NEAR(rows / n, 32 - 0.5 * per_m, 0.5);
  EXPECT_NEAR(columns / n, 48 + per_m, 0.5);
}

TEST_F(RenderPoolTest, DepthIsMeasuredAlongTheOpticalAxis) {
  RenderPool pool(model_, {{.camera = "down", .kind = Kind::depth, .near = 1, .far = 3},
                           {.camera = "level", .kind = Kind::depth, .near = 0, .far = 10}});
  const std::vector<uint8_t> down = draw(pool, 0);
  // 2 m, on the axis and far from it alike.
  for (const size_t i : {size_t{0}, down.size() / 2, down.size() - 1}) EXPECT_NEAR(down[i], 127.5, 0.51) << i;
  const int row = 24, column = 48;  // the tile's
  EXPECT_EQ(down[static_cast<size_t>(row * 64 + column)], std::lround(255 * 0.95 / 2));
  const std::vector<uint8_t> level = draw(pool, 1);
  EXPECT_EQ(level[0], 255) << "above the horizon";
  for (const int below : {4, 12, 31}) {  // pixels below the middle of the picture
    const double slope = (below + 0.5) / 32 * std::tan(M_PI / 6);
    EXPECT_NEAR(level[static_cast<size_t>((32 + below) * 64)], std::min(255.0, 255 * 0.5 / slope / 10), 0.6) << below;
  }
}

TEST_F(RenderPoolTest, RgbdIsBothSideBySide) {
  const CameraView rgb{.camera = "down", .height = 30, .width = 40};
  CameraView depth = rgb, both = rgb;
  depth.kind = Kind::depth;
  both.kind = Kind::rgbd;
  RenderPool pool(model_, {rgb, depth, both});
  const std::vector<uint8_t> color = draw(pool, 0), distance = draw(pool, 1), all = draw(pool, 2);
  ASSERT_EQ(all.size(), 4u * 30 * 40);
  for (size_t i = 0; i < distance.size(); ++i) {
    for (size_t c = 0; c < 3; ++c) ASSERT_EQ(all[4 * i + c], color[3 * i + c]) << i;
    ASSERT_EQ(all[4 * i + 3], distance[i]) << i;
  }
}

// Sizes, qualities and kinds in turn: each is as if it were alone.
TEST_F(RenderPoolTest, ManyViewsShareAContext) {
  const std::vector<CameraView> views = {{.camera = "down", .height = 16, .width = 24},
                                         {.camera = "level", .height = 64, .width = 48, .kind = Kind::rgbd},
                                         {.camera = "level", .height = 40, .width = 40, .fast = false},
                                         {.camera = "down", .height = 84, .width = 84, .kind = Kind::depth},
                                         {.camera = "", .height = 20, .width = 30}};
  RenderPool together(model_, views);
  std::vector<std::vector<uint8_t>> first;
  for (size_t i = 0; i < views.size(); ++i) first.push_back(draw(together, i));
  for (size_t i = views.size(); i-- > 0;) {
    RenderPool alone(model_, {views[i]});
    EXPECT_EQ(draw(alone, 0), first[i]) << i;
    EXPECT_EQ(draw(together, i), first[i]) << i;
  }
}

TEST_F(RenderPoolTest, TheStateAloneDecidesThePicture) {
  const auto cheetah = Model::load(SINEW_SOURCE_DIR "/sim/models/half_cheetah.xml");
  const std::vector<CameraView> views = {{.camera = "track", .height = 84, .width = 84, .kind = Kind::rgbd},
                                         {.camera = "track", .height = 84, .width = 84, .fast = false}};
  constexpr int n_states = 6;
  std::vector<std::unique_ptr<Simulation>> states;
  for (int i = 0; i < n_states; ++i) {
    auto& sim = *states.emplace_back(std::make_unique<Simulation>(cheetah));
    sim.reset();
    for (double& u : sim.ctrl()) u = 0.3 * i - 1;
    ASSERT_TRUE(sim.step(20 + 10 * i));
  }
  const auto pictures = [&](RenderPool& pool, bool backwards) {
    std::vector<std::vector<uint8_t>> all(2 * n_states);
    for (int k = 0; k < 2 * n_states; ++k) {
      const auto i = static_cast<size_t>(backwards ? 2 * n_states - 1 - k : k);
      all[i].resize(views[i % 2].size());
      pool.render(i % 2, *states[i / 2], all[i]);
    }
    return all;
  };
  RenderPool pool(cheetah, views);
  const auto wanted = pictures(pool, false);
  std::vector<std::vector<uint8_t>> forwards, backwards;
  std::thread one([&] { forwards = pictures(pool, false); });
  std::thread two([&] { backwards = pictures(pool, true); });
  one.join();
  two.join();
  EXPECT_EQ(forwards, wanted);
  EXPECT_EQ(backwards, wanted);

  for (auto& sim : states) {
    StateArchive saved;
    sim->visit_state(saved, [](int) {});
    auto restored = std::make_unique<Simulation>(cheetah);
    StateArchive from(saved.bytes(), "test");
    restored->visit_state(from, [&](int steps) { ASSERT_TRUE(restored->step(steps)); });
    sim = std::move(restored);
  }
  EXPECT_EQ(pictures(pool, true), wanted) << "restored";
}

TEST_F(RenderPoolTest, AWarmPictureAllocatesNothing) {
  const CameraView depth{.camera = "level", .kind = Kind::depth};
  RenderPool pool(model_, {{.camera = "down", .kind = Kind::rgbd}, depth, {.camera = ""}});
  const RayCamera rays(model_, depth);
  std::vector<uint8_t> large(pool.view(0).size()), flat(depth.size()), color(pool.view(2).size());
  const auto draw_all = [&] {
    pool.render(0, sim_, large);
    pool.render(1, sim_, flat);
    pool.render(2, sim_, color);
    rays.render(sim_, flat);
  };
  for (int i = 0; i < 3; ++i) draw_all();
  const int64_t before = calls_of_new();
  for (int i = 0; i < 20; ++i) draw_all();
  EXPECT_EQ(calls_of_new(), before);
}

TEST_F(RenderPoolTest, RefusesWhatItCannotDraw) {
  const auto error = [&](const CameraView& view) { return error_of([&] { RenderPool pool(model_, {view}); }); };
  EXPECT_NE(error({.camera = "dawn"}).find("no camera 'dawn'; did you mean 'down'?"), std::string::npos);
  EXPECT_NE(error({.camera = "down", .width = 0}).find("0 × 64 pixels"), std::string::npos);
  EXPECT_NE(error({.camera = "down", .kind = Kind::depth, .near = 2, .far = 2}).find("below 'far'"), std::string::npos);
  RenderPool pool(model_, {{.camera = "down"}});
  std::vector<uint8_t> small(10);
  EXPECT_NE(error_of([&] { pool.render(0, sim_, small); }).find("needs 12288 bytes, not 10"), std::string::npos);
}

}  // namespace
}  // namespace sinew
