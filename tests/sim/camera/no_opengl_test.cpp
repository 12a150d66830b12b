// Where nothing draws. The environment hides EGL's drivers and forbids OSMesa.
#include <gtest/gtest.h>

#include "sim/camera/render_pool.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

TEST(NoOpenGl, SaysWhatToInstallAndWhatGoesWithout) {
  const auto model = Model::load(SINEW_SOURCE_DIR "/sim/models/half_cheetah.xml");
  RenderPool pool(model, {{.camera = "track"}});
  Simulation sim(model);
  sim.reset();
  sim.forward();
  std::vector<uint8_t> pixels(pool.view(0).size());
  const std::string text = error_of([&] { pool.render(0, sim, pixels); });
  for (const char* part : {"EGL says: no display", "OSMesa says: MUJOCO_GL=egl forbids it", "libosmesa6",
                           "{camera: NAME, kind: depth, method: rays}"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in: " << text;
  EXPECT_EQ(error_of([&] { pool.backend(); }), text) << "and again";
}

}  // namespace
}  // namespace sinew
