#include "sim/camera.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "sim/compat.h"
#include "sim/gl_context.h"

namespace sinew {
namespace {

constexpr int most_geoms = 2000;  // in one picture; MuJoCo warns and leaves out what is beyond

// The struct alone with the settings of the pictures; its arrays are the shared model's.
mjModel settings_for(const mjModel& model, const RenderOptions& options) {
  mjModel m = model;
  m.vis.global.offheight = options.height;
  m.vis.global.offwidth = options.width;
  if (options.fast) {
    m.vis.quality.offsamples = 0;
    m.vis.quality.shadowsize = 0;  // a shadow map costs 64 MB
    m.vis.quality.numslices = 12;
    m.vis.quality.numstacks = 8;
    m.vis.quality.numquads = 1;
  } else {
    m.vis.quality.offsamples = 4;
    m.vis.quality.shadowsize = 2048;
  }
  return m;
}

// A plane collides everywhere, whatever its size, which is for the eye alone: a robot that runs far
// should not be seen to run off it. (An infinite one of MuJoCo's is drawn in thousands of squares.)
// A texture that is stretched over the plane would show the change: such a plane stays.
std::vector<double> widened_grounds(const mjModel& m) {
  constexpr double wide = 2000;  // metres
  std::vector<double> size(m.geom_size, m.geom_size + 3 * m.ngeom);
  for (int i = 0; i < m.ngeom; ++i) {
    const int material = m.geom_matid[i];
    const bool stretched = material >= 0 && !m.mat_texuniform[material];
    if (m.geom_type[i] != mjGEOM_PLANE || m.geom_bodyid[i] != 0 || stretched) continue;
    double* xy_square = &size[static_cast<size_t>(3 * i)];
    std::fill_n(xy_square, 3, wide);
  }
  return size;
}

}  // namespace

struct Renderer::Scene {
  std::unique_ptr<GlContext> gl;
  mjModel model;
  std::vector<double> geom_size;  // as the model's, but grounds without an end
  mjvScene scene;
  mjvOption option;
  mjvCamera camera;
  int followed_body = 0;  // by a free camera; 0: none moves, or the camera is one of the model's
  mjrContext context;
  std::string device;  // what OpenGL calls itself

  Scene(const mjModel& shared, const RenderOptions& options)
      : gl(GlContext::make()), model(settings_for(shared, options)) {
    geom_size = widened_grounds(shared);
    model.geom_size = geom_size.data();

    gl->make_current();
    mjv_defaultScene(&scene);
    mjv_defaultOption(&option);
    mjv_defaultCamera(&camera);
    mjr_defaultContext(&context);
    mjv_makeScene(&model, &scene, most_geoms);
    with_context(
        fmt::format("cannot draw pictures with {} ('sinew doctor' says what this computer offers)", gl->name()),
        [&] { mjr_makeContext(&model, &context, mjFONTSCALE_50); });
    mjr_setBuffer(mjFB_OFFSCREEN, &context);
    if (options.fast) scene.flags[mjRND_SHADOW] = scene.flags[mjRND_REFLECTION] = scene.flags[mjRND_HAZE] = 0;
    using GetString = const unsigned char* (*)(unsigned int);
    if (const auto get_string = reinterpret_cast<GetString>(gl->function("glGetString")))
      if (const unsigned char* text = get_string(0x1F01 /* GL_RENDERER */))
        device = reinterpret_cast<const char*>(text);
    gl->release();
  }

  ~Scene() {
    gl->make_current();
    mjr_freeContext(&context);
    mjv_freeScene(&scene);
    gl->release();
  }

  void choose_camera(const Model& of, const std::string& name) {
    if (!name.empty() || of.has(Model::Element::camera, "track")) {
      camera.type = mjCAMERA_FIXED;
      camera.fixedcamid = of.find(Model::Element::camera, name.empty() ? "track" : name);
      return;
    }
    mjv_defaultFreeCamera(&model, &camera);
    for (int body = 1; body < model.nbody && followed_body == 0; ++body)
      if (model.body_weldid[body] != 0) followed_body = body;
  }
};

Renderer::Renderer(std::shared_ptr<const Model> model, const RenderOptions& options)
    : options_(options), model_(std::move(model)) {
  if (options_.height < 1 || options_.width < 1)
    fail("a picture of {} × {} pixels cannot be drawn", options_.width, options_.height);
  scene_ = std::make_unique<Scene>(model_->raw(), options_);
  scene_->choose_camera(*model_, options_.camera);
}

Renderer::~Renderer() = default;

void Renderer::render(const Simulation& sim, std::span<uint8_t> pixels) {
  const size_t row_bytes = 3 * static_cast<size_t>(options_.width);
  const size_t n_rows = static_cast<size_t>(options_.height);
  if (pixels.size() != n_rows * row_bytes)
    fail("a picture of {} × {} pixels needs {} bytes, not {}", options_.width, options_.height, n_rows * row_bytes,
         pixels.size());
  Scene& s = *scene_;
  s.gl->make_current();
  mjData& data = const_cast<mjData&>(sim.raw());  // only read: MuJoCo's argument is not const
  // MuJoCo's own tracking camera lags behind.
  if (s.followed_body > 0) std::copy_n(data.subtree_com + 3 * s.followed_body, 3, s.camera.lookat);
  mjv_updateScene(&s.model, &data, &s.option, nullptr, &s.camera, mjCAT_ALL, &s.scene);
  const mjrRect view = {0, 0, options_.width, options_.height};
  mjr_render(view, &s.scene, &s.context);
  mjr_readPixels(pixels.data(), nullptr, view, &s.context);
  s.gl->release();
  // OpenGL's first row is the lowest.
  for (size_t low = n_rows - 1, high = 0; high < low; ++high, --low)
    std::swap_ranges(pixels.begin() + static_cast<long>(high * row_bytes),
                     pixels.begin() + static_cast<long>((high + 1) * row_bytes),
                     pixels.begin() + static_cast<long>(low * row_bytes));
}

std::string Renderer::backend() const {
  return scene_->device.empty() ? scene_->gl->name() : scene_->gl->name() + ", " + scene_->device;
}

}  // namespace sinew
