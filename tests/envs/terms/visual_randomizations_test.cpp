// What cameras see of each randomisation: its ranges, its picture, and that a reset or a checkpoint brings it back.
#include <algorithm>
#include <cmath>

#include "core/state_archive.h"
#include "sim/camera/render_pool.h"
#include "tests/core/expect_error.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

class VisualRandomizations : public TermTest {
 protected:
  VisualRandomizations()
      : TermTest(R"(<mujoco>
          <asset><material name="paint" rgba="0.1 0.2 0.3 0.9"/><material name="wood" rgba="0.5 0.4 0.3 1"/></asset>
          <worldbody>
            <light name="lamp" pos="0 0 3" dir="0 0 -1" diffuse="0.5 0.4 0.3" ambient="0.1 0.1 0.1"/>
            <light pos="1 0 3" dir="0 1 -1"/>
            <camera name="top" pos="0 0 3" fovy="60"/>
            <geom name="floor" type="plane" size="9 9 1" material="wood"/>
            <body name="cart" pos="0 0 1">
              <joint type="slide"/><geom name="shell" size="0.3" material="paint"/>
              <camera name="side" pos="0 -2 0" xyaxes="1 0 0 0 0 1" mode="track"/>
              <geom name="nose" size="0.1" pos="0.3 0 0" rgba="1 0 0 1"/>
            </body>
          </worldbody></mujoco>)"),
        pool_(model_, {{.camera = "top"}, {.camera = "side"}}) {
    sim_.make_model_its_own();
  }
  std::unique_ptr<RandomizationTerm> term(const std::string& name, const std::string& parameters) {
    return make(registry_.randomizations, name, parameters);
  }
  void apply(const std::string& name, const std::string& parameters) {
    const auto made = term(name, parameters);
    ASSERT_TRUE(made->changes_model());
    made->apply(state_, rng_);
    sim_.parameters_changed();
    sim_.forward();
  }
  std::vector<uint8_t> picture(size_t view, const Simulation& sim) {
    std::vector<uint8_t> pixels(pool_.view(view).size());
    pool_.render(view, sim, pixels);
    return pixels;
  }

  RenderPool pool_;
};

TEST_F(VisualRandomizations, GeomColors) {
  const auto color = term("geom_color", "{geoms: [shell, nose], range: [0.25, 0.75]}");
  const auto now = sim_.color(ModelColor::geom_rgba);
  float least = 1, most = 0;
  for (int i = 0; i < 1000; ++i) {
    color->apply(state_, rng_);
    for (const size_t part : {4, 5, 6, 8, 9, 10}) {
      least = std::min(least, now[part]);
      most = std::max(most, now[part]);
    }
  }
  EXPECT_TRUE(least >= 0.25F && least < 0.251F) << least;
  EXPECT_TRUE(most <= 0.75F && most > 0.749F) << most;
  EXPECT_NE(now[4], now[5]);
  EXPECT_EQ(now[7], 0.9F) << "as transparent as its material";
  EXPECT_EQ(now[11], 1);
  EXPECT_EQ(now[0], 0.5F) << "not named";

  const auto variation = term("geom_color", "{geoms: [shell, nose], vary: 0.05}");
  for (int i = 0; i < 100; ++i) {
    variation->apply(state_, rng_);
    EXPECT_NEAR(now[4], 0.1, 0.0501) << "around the material's";
    EXPECT_TRUE(now[8] >= 0.95F && now[8] <= 1);
    EXPECT_TRUE(now[9] >= 0 && now[9] <= 0.0501F);
  }
  apply("geom_color", "{geoms: [shell], range: 0.5}");
  EXPECT_NEAR(now[4], 0.5, 1e-6);
  EXPECT_NE(now[4], 0.5F) << "MuJoCo would take it for unset";
}

TEST_F(VisualRandomizations, MaterialColors) {
  apply("material_color", "{materials: [paint], vary: 0.1}");
  const auto now = sim_.color(ModelColor::mat_rgba);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(now[i], 0.1 * (static_cast<double>(i) + 1), 0.1001);
    EXPECT_NE(now[i], model_->color(ModelColor::mat_rgba)[i]);
  }
  EXPECT_EQ(now[3], 0.9F);
  EXPECT_EQ(now[4], 0.5F);
}

TEST_F(VisualRandomizations, Lights) {
  const auto light =
      term("light", "{lights: [lamp], position: [0.5, 0, 1], direction: [0.2, 0, 0], diffuse: [0.5, 1.5]}");
  const auto position = sim_.parameter(ModelParameter::light_pos),
             direction = sim_.parameter(ModelParameter::light_dir);
  const auto diffuse = sim_.color(ModelColor::light_diffuse);
  double farthest = 0, widest = 0;
  float brightest = 0;
  for (int i = 0; i < 2000; ++i) {
    light->apply(state_, rng_);
    farthest = std::max(farthest, std::abs(position[2] - 3));
    widest = std::max(widest, std::atan2(std::abs(direction[1]), -direction[2]));
    brightest = std::max(brightest, diffuse[0]);
    ASSERT_EQ(position[1], 0);
    ASSERT_EQ(direction[0], 0) << "turned about x alone";
    ASSERT_NEAR(std::hypot(direction[1], direction[2]), 1, 1e-12);
    ASSERT_NEAR(diffuse[1], diffuse[0] * 0.8F, 1e-6) << "one factor for all three";
  }
  EXPECT_TRUE(farthest <= 1 && farthest > 0.99) << farthest;
  EXPECT_TRUE(widest <= 0.2 + 1e-12 && widest > 0.198) << widest;
  EXPECT_TRUE(brightest <= 0.7501F && brightest > 0.74F) << brightest;
  EXPECT_EQ(position[3], 1) << "the other light";
  EXPECT_EQ(sim_.color(ModelColor::light_ambient)[0], 0.1F);
  apply("light", "{ambient: 3}");
  EXPECT_NEAR(sim_.color(ModelColor::light_ambient)[0], 0.3, 1e-6);
}

TEST_F(VisualRandomizations, CameraPoses) {
  const auto pose = term("camera_pose", "{cameras: [side], position: 0.1, rotation: [0, 0, 0.3], fovy: 5}");
  const auto position = sim_.parameter(ModelParameter::cam_pos), turn = sim_.parameter(ModelParameter::cam_quat);
  const auto loaded = model_->parameter(ModelParameter::cam_quat);
  double farthest = 0, widest = 0, least = 90;
  for (int i = 0; i < 2000; ++i) {
    pose->apply(state_, rng_);
    farthest = std::max(farthest, std::abs(position[4] + 2));
    double along = 0, length = 0;
    for (size_t k = 4; k < 8; ++k) {
      along += turn[k] * loaded[k];
      length += turn[k] * turn[k];
    }
    ASSERT_NEAR(length, 1, 1e-12);
    widest = std::max(widest, 2 * std::acos(std::min(1.0, std::abs(along))));
    least = std::min(least, sim_.parameter(ModelParameter::cam_fovy)[1]);
  }
  EXPECT_TRUE(farthest <= 0.1 + 1e-12 && farthest > 0.099) << farthest;
  EXPECT_TRUE(widest <= 0.3 + 1e-6 && widest > 0.297) << widest;
  EXPECT_TRUE(least >= 40 && least < 40.1) << least;
  EXPECT_EQ(turn[0], loaded[0]) << "the other camera";
}

TEST_F(VisualRandomizations, EachChangesThePictureAndAResetTakesItBack) {
  sim_.forward();
  const std::vector<std::vector<uint8_t>> loaded = {picture(0, sim_), picture(1, sim_)};
  for (const auto& [name, parameters] : {std::pair{"geom_color", "{range: [0, 1]}"},
                                         {"material_color", "{range: [0, 1]}"},
                                         {"light", "{diffuse: [0.2, 0.5], position: 1}"},
                                         {"light", "{ambient: 4}"},
                                         {"camera_pose", "{position: 0.2}"},
                                         {"camera_pose", "{rotation: 0.2}"},
                                         {"camera_pose", "{fovy: 8}"}}) {
    apply(name, parameters);
    for (const size_t view : {size_t{0}, size_t{1}}) EXPECT_NE(picture(view, sim_), loaded[view]) << name << parameters;
    sim_.reset();
    sim_.forward();
    for (const size_t view : {size_t{0}, size_t{1}}) EXPECT_EQ(picture(view, sim_), loaded[view]) << name << parameters;
  }
}

TEST_F(VisualRandomizations, ACheckpointBringsThePictureBack) {
  apply("geom_color", "{geoms: [nose], range: [0, 1]}");
  apply("material_color", "{range: [0, 1]}");
  apply("light", "{position: 1, direction: 0.3, diffuse: [0.5, 2], ambient: [0, 2]}");
  apply("camera_pose", "{position: 0.2, rotation: 0.2, fovy: 8}");
  StateArchive saved;
  sim_.visit_state(saved, [](int) {});
  Simulation restored(model_);
  restored.make_model_its_own();
  StateArchive from(saved.bytes(), "test");
  restored.visit_state(from, [&](int) { restored.forward(); });
  for (const size_t view : {size_t{0}, size_t{1}}) EXPECT_EQ(picture(view, restored), picture(view, sim_));
}

TEST_F(VisualRandomizations, Errors) {
  const auto expect_error = [this](const std::string& name, const std::string& parameters, const std::string& part) {
    expect_contains(error_of([&] { term(name, parameters); }), part);
  };
  expect_error("geom_color", "{geoms: [shel], vary: 0.1}", "did you mean 'shell'?");
  expect_error("geom_color", "{}", "one of 'range'");
  expect_error("geom_color", "{range: [0, 2]}", "out of range");
  expect_error("material_color", "{materials: [pant], vary: 0.1}", "no material 'pant'; did you mean 'paint'?");
  expect_error("light", "{lights: [lamp]}", "one of 'position' (± m)");
  expect_error("light", "{lights: [lam], diffuse: 1}", "no light 'lam'; did you mean 'lamp'?");
  expect_error("light", "{position: [1, 2]}", "it has 2 numbers where 3 are needed");
  expect_error("camera_pose", "{cameras: [top]}", "one of 'position' (± m), 'rotation'");
  expect_error("camera_pose", "{fovy: 60}", "the camera 'top' has a field of view of 60 degrees; ± 60");
}

}  // namespace
}  // namespace sinew
