#include "sim/camera.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>

#include "core/error.h"
#include "sim/canvas_internal.h"
#include "sim/depth_internal.h"
#include "sim/gl_context.h"

namespace sinew {
namespace {

// For the time of one picture: a window's context (GLX) and this one (EGL) exclude each other in a thread.
class Current {
 public:
  explicit Current(GlContext& gl) : gl_(gl) { gl_.make_current(); }
  ~Current() { gl_.release(); }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

 private:
  GlContext& gl_;
};

std::string device_of(const GlContext& gl) {
  using GetString = const unsigned char* (*)(unsigned int);
  const auto get_string = reinterpret_cast<GetString>(gl.function("glGetString"));
  const unsigned char* text = get_string ? get_string(0x1F01 /* GL_RENDERER */) : nullptr;
  return text ? reinterpret_cast<const char*>(text) : "";
}

struct Eye {
  mjvCamera camera;
  int followed_body = 0;  // by a free camera; 0: none moves, or the camera is one of the model's

  Eye(const Model& model, const std::string& name) {
    mjv_defaultCamera(&camera);
    const mjModel& m = model.raw();
    if (!name.empty() || model.has(Model::Element::camera, "track")) {
      camera.type = mjCAMERA_FIXED;
      camera.fixedcamid = model.find(Model::Element::camera, name.empty() ? "track" : name);
      return;
    }
    mjv_defaultFreeCamera(&m, &camera);
    for (int body = 1; body < m.nbody && followed_body == 0; ++body)
      if (m.body_weldid[body] != 0) followed_body = body;
  }
  // MuJoCo's own tracking camera lags behind.
  void follow(const mjData& data) {
    if (followed_body > 0) std::copy_n(data.subtree_com + 3 * followed_body, 3, camera.lookat);
  }
};

// What OpenGL gives, the lowest row first, into the view's rows from the top.
void write_pixels(const CameraView& view, const uint8_t* rgb, const uint8_t* depth, uint8_t* pixels) {
  const long width = view.width;
  for (long row = 0; row < view.height; ++row) {
    const long from = (view.height - 1 - row) * width;
    uint8_t* out = pixels + row * width * view.channels();
    if (view.kind == CameraView::Kind::rgb)
      std::copy_n(rgb + 3 * from, 3 * width, out);
    else if (view.kind == CameraView::Kind::depth)
      std::copy_n(depth + from, width, out);
    else
      for (long i = from; i < from + width; ++i, out += 4) {
        out[0] = rgb[3 * i];
        out[1] = rgb[3 * i + 1];
        out[2] = rgb[3 * i + 2];
        out[3] = depth[i];
      }
  }
}

}  // namespace

struct Renderer::Scene {
  std::unique_ptr<GlContext> gl;
  std::array<std::optional<Canvas>, 2> canvases;  // [fast], those that a view wants
  std::vector<Eye> eyes;                          // of each view
  std::vector<uint8_t> rgb, depth_bytes;          // of the largest view, as OpenGL has its rows
  std::vector<float> depth;                       // OpenGL's, 0 to 1
  std::string device;                             // what OpenGL calls itself

  Scene(const Model& model, const std::vector<CameraView>& views) {
    int height = 0, width = 0;
    for (const CameraView& view : views) {
      check_view(view);
      eyes.emplace_back(model, view.camera);
      height = std::max(height, view.height);
      width = std::max(width, view.width);
    }
    const size_t pixels = static_cast<size_t>(height) * static_cast<size_t>(width);
    rgb.resize(3 * pixels);
    depth.resize(pixels);
    depth_bytes.resize(pixels);

    static std::mutex one_at_a_time;  // MuJoCo looks OpenGL's functions up in variables of the process
    const std::lock_guard lock(one_at_a_time);
    gl = GlContext::make();
    const Current current(*gl);
    with_context(
        fmt::format("cannot draw pictures with {} ('sinew doctor' says what this computer offers)", gl->name()), [&] {
          for (const CameraView& view : views)
            if (auto& canvas = canvases[view.fast]; !canvas) canvas.emplace(model.raw(), *gl, height, width, view.fast);
        });
    device = device_of(*gl);
  }
  ~Scene() {
    const Current current(*gl);
    for (auto& canvas : canvases) canvas.reset();
  }
};

Renderer::Renderer(std::shared_ptr<const Model> model, std::vector<CameraView> views)
    : model_(std::move(model)), views_(std::move(views)), scene_(std::make_unique<Scene>(*model_, views_)) {}

Renderer::Renderer(std::shared_ptr<const Model> model, const RenderOptions& options)
    : Renderer(std::move(model),
               {CameraView{
                   .camera = options.camera, .height = options.height, .width = options.width, .fast = options.fast}}) {
}

Renderer::~Renderer() = default;

void Renderer::render(size_t index, const Simulation& sim, std::span<uint8_t> pixels) {
  const CameraView& view = views_.at(index);
  if (pixels.size() != view.size())
    fail("a picture of {} × {} pixels needs {} bytes, not {}", view.width, view.height, view.size(), pixels.size());
  Scene& scene = *scene_;
  Eye& eye = scene.eyes[index];
  eye.follow(sim.raw());
  const bool color = view.kind != CameraView::Kind::depth;
  float* depth = view.kind != CameraView::Kind::rgb ? scene.depth.data() : nullptr;
  Canvas& canvas = *scene.canvases[view.fast];
  {
    const Current current(*scene.gl);
    canvas.draw(sim, eye.camera, view.height, view.width, color);
    canvas.read(color ? scene.rgb.data() : nullptr, depth);
  }
  if (depth) {
    const DepthScale byte(view);
    const float nearest = canvas.nearest(), farthest = canvas.farthest();
    const long n = static_cast<long>(view.height) * view.width;
    for (long i = 0; i < n; ++i)
      scene.depth_bytes[static_cast<size_t>(i)] =
          byte(nearest * farthest / (farthest - depth[i] * (farthest - nearest)));
  }
  write_pixels(view, scene.rgb.data(), scene.depth_bytes.data(), pixels.data());
}

std::string Renderer::backend() const {
  return scene_->device.empty() ? scene_->gl->name() : scene_->gl->name() + ", " + scene_->device;
}

}  // namespace sinew
