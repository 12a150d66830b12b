#include "bench/bare_rendering.h"

#include <mujoco/mujoco.h>

#include <algorithm>

#include "sim/camera/gl_context.h"

namespace sinew::bench {

struct BareRendering::Canvas {
  std::unique_ptr<GlContext> gl = GlContext::make();
  mjModel model;
  std::vector<mjtNum> geom_size;
  mjvOption option;
  mjvCamera camera;
  mjvScene scene;
  mjrContext context;
  mjrRect area;
  std::vector<uint8_t> pixels;
};

BareRendering::BareRendering(const mjModel* model, const char* camera, int height, int width)
    : canvas_(std::make_unique<Canvas>()) {
  Canvas& c = *canvas_;
  c.model = *model;
  c.model.vis.global.offheight = height;
  c.model.vis.global.offwidth = width;
  c.model.vis.quality.offsamples = 0;
  c.model.vis.quality.shadowsize = 0;
  c.model.vis.quality.numslices = 12;
  c.model.vis.quality.numstacks = 6;
  c.model.vis.quality.numquads = 1;
  c.geom_size.assign(model->geom_size, model->geom_size + 3 * model->ngeom);
  for (int i = 0; i < model->ngeom; ++i)  // one square, as wide as the one our renderer draws
    if (model->geom_type[i] == mjGEOM_PLANE) std::fill_n(&c.geom_size[static_cast<size_t>(3 * i)], 3, 2000);
  c.model.geom_size = c.geom_size.data();
  c.area = {0, 0, width, height};
  c.pixels.resize(static_cast<size_t>(3) * static_cast<size_t>(height) * static_cast<size_t>(width));
  c.gl->make_current();
  mjv_defaultOption(&c.option);
  mjv_defaultCamera(&c.camera);
  c.camera.type = mjCAMERA_FIXED;
  c.camera.fixedcamid = mj_name2id(model, mjOBJ_CAMERA, camera);
  mjr_defaultContext(&c.context);
  mjr_makeContext(&c.model, &c.context, mjFONTSCALE_50);
  mjv_defaultScene(&c.scene);
  mjv_makeScene(&c.model, &c.scene, 1000);
  c.scene.flags[mjRND_SHADOW] = c.scene.flags[mjRND_REFLECTION] = c.scene.flags[mjRND_HAZE] = 0;
  mjr_setBuffer(mjFB_OFFSCREEN, &c.context);
  c.gl->release();
}

BareRendering::~BareRendering() {
  canvas_->gl->make_current();
  mjr_freeContext(&canvas_->context);
  mjv_freeScene(&canvas_->scene);
  canvas_->gl->release();
}

void BareRendering::draw(mjData* data) {
  Canvas& c = *canvas_;
  c.gl->make_current();
  mjv_updateScene(&c.model, data, &c.option, nullptr, &c.camera, mjCAT_ALL, &c.scene);
  mjr_render(c.area, &c.scene, &c.context);
  mjr_readPixels(c.pixels.data(), nullptr, c.area, &c.context);
  c.gl->release();
}

}  // namespace sinew::bench
