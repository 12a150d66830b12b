#include <GL/gl.h>

#include <algorithm>

#include "sim/camera/ground_internal.h"
#include "sim/camera/offscreen_buffer_internal.h"

namespace sinew {
namespace {

mjVisual visual_for(const mjModel& model, int height, int width, OffscreenBuffer::Quality quality) {
  mjVisual vis = model.vis;
  vis.global.offheight = height;
  vis.global.offwidth = width;
  const bool smooth = quality == OffscreenBuffer::Quality::smooth;
  vis.quality.offsamples = smooth ? 4 : 0;
  vis.quality.shadowsize = smooth ? 2048 : 0;  // a shadow map costs 64 MB
  if (quality == OffscreenBuffer::Quality::fast) {
    vis.quality.numslices = 12;  // round shapes in steps of 30 degrees, both ways
    vis.quality.numstacks = 6;
    vis.quality.numquads = 1;
  }
  return vis;
}

// MuJoCo warns about shapes beyond this number, and omits them. Some sensors and tendons draw several.
int most_shapes(const mjModel& m) { return m.ngeom + m.nsite + m.nsensor + 10 * m.nwrap + 1000; }

// Samples one level of detail of a texture per pixel, instead of blending two: this saves a tenth of a picture's time
// without a GPU.
void sample_once(const mjrContext& context, const GlContext& gl) {
  const auto bind = reinterpret_cast<decltype(&glBindTexture)>(gl.function("glBindTexture"));
  const auto set = reinterpret_cast<decltype(&glTexParameteri)>(gl.function("glTexParameteri"));
  if (!bind || !set) return;
  for (int i = 0; i < context.ntexture; ++i) {
    const GLenum kind = context.textureType[i] == mjTEXTURE_2D ? GL_TEXTURE_2D : GL_TEXTURE_CUBE_MAP;
    bind(kind, context.texture[i]);
    set(kind, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_NEAREST);
    bind(kind, 0);
  }
}

}  // namespace

OffscreenBuffer::OffscreenBuffer(const mjModel& model, const GlContext& gl, int height, int width, Quality quality)
    : visual_(visual_for(model, height, width, quality)) {
  for (int geom = 0; geom < model.ngeom; ++geom)
    if (ground::is_widened(model, geom)) grounds_.push_back(geom);
  take_over(model);
  mjv_defaultOption(&option_);
  mjr_defaultContext(&context_);
  mjr_makeContext(&model_, &context_, mjFONTSCALE_50);
  mjv_defaultScene(&scene_);
  mjv_makeScene(&model_, &scene_, most_shapes(model));
  if (quality == Quality::smooth) return;
  scene_.flags[mjRND_SHADOW] = scene_.flags[mjRND_REFLECTION] = scene_.flags[mjRND_HAZE] = 0;
  if (quality == Quality::fast) sample_once(context_, gl);
}

OffscreenBuffer::~OffscreenBuffer() {
  mjv_freeScene(&scene_);
  mjr_freeContext(&context_);
}

// Called for each picture, since the simulation's own model may have changed: colours, lights, cameras.
void OffscreenBuffer::take_over(const mjModel& model) {
  model_ = model;
  model_.vis = visual_;
  geom_size_.assign(model.geom_size, model.geom_size + 3 * model.ngeom);
  for (const int geom : grounds_) std::fill_n(geom_size_.begin() + 3 * geom, 3, ground::half_width);
  model_.geom_size = geom_size_.data();
}

void OffscreenBuffer::draw(const Simulation& sim, mjvCamera& camera, int height, int width, bool color) {
  take_over(sim.raw_model());
  mjData& data = const_cast<mjData&>(sim.raw());  // only read: MuJoCo's argument is not const
  option_.flags[mjVIS_TEXTURE] = color;
  scene_.flags[mjRND_SKYBOX] = color;
  mjv_updateScene(&model_, &data, &option_, nullptr, &camera, mjCAT_ALL, &scene_);
  if (!color) scene_.nlight = 0;
  area_ = {0, 0, width, height};
  mjr_setBuffer(mjFB_OFFSCREEN, &context_);
  mjr_render(area_, &scene_, &context_);
}

void OffscreenBuffer::read(uint8_t* rgb, float* depth) { mjr_readPixels(rgb, depth, area_, &context_); }

}  // namespace sinew
