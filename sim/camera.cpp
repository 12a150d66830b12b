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

}  // namespace

struct Renderer::Scene {
  std::unique_ptr<GlContext> gl;
  mjModel model;
  std::vector<double> geom_size;  // as the model's, but grounds without an end
  mjvScene scene;
  mjvOption option;
  mjvCamera camera;
  mjrContext context;
  std::string device;  // what OpenGL calls itself

  Scene(const mjModel& shared, const RenderOptions& options)
      : gl(GlContext::make()), model(settings_for(shared, options)) {
    // A plane collides everywhere whatever its size, which is for the eye alone: a robot that runs
    // far should not be seen to run off it.
    geom_size.assign(shared.geom_size, shared.geom_size + 3 * shared.ngeom);
    for (int i = 0; i < shared.ngeom; ++i)
      if (shared.geom_type[i] == mjGEOM_PLANE && shared.geom_bodyid[i] == 0)
        geom_size[static_cast<size_t>(3 * i)] = geom_size[static_cast<size_t>(3 * i + 1)] = 0;
    model.geom_size = geom_size.data();

    gl->make_current();
    mjv_defaultScene(&scene);
    mjv_defaultOption(&option);
    mjv_defaultCamera(&camera);
    mjr_defaultContext(&context);
    mjv_makeScene(&model, &scene, most_geoms);
    mjr_makeContext(&model, &context, mjFONTSCALE_50);
    mjr_setBuffer(mjFB_OFFSCREEN, &context);
    if (options.fast) scene.flags[mjRND_SHADOW] = scene.flags[mjRND_REFLECTION] = scene.flags[mjRND_HAZE] = 0;
    using GetString = const unsigned char* (*)(unsigned int);
    if (const auto get_string = reinterpret_cast<GetString>(gl->function("glGetString")))
      if (const unsigned char* text = get_string(0x1F01 /* GL_RENDERER */)) device = reinterpret_cast<const char*>(text);
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
    int body = 1;
    while (body < model.nbody && model.body_weldid[body] == 0) ++body;
    if (body == model.nbody) return;  // nothing moves
    camera.type = mjCAMERA_TRACKING;
    camera.trackbodyid = body;
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
