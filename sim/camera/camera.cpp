#include "sim/camera/camera.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>

#include "core/error.h"
#include "sim/camera/depth_internal.h"
#include "sim/camera/gl_context.h"
#include "sim/camera/offscreen_buffer_internal.h"
#include "sim/camera/viewpoint_internal.h"

namespace sinew {
namespace {

// Current for one picture only: a window's context (GLX) and this one (EGL) exclude each other in a thread.
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

bool has_color(const CameraView& view) { return view.kind != CameraView::Kind::depth; }
bool has_depth(const CameraView& view) { return view.kind != CameraView::Kind::rgb; }
OffscreenBuffer::Quality color_quality(const CameraView& view) {
  return view.fast ? OffscreenBuffer::Quality::fast : OffscreenBuffer::Quality::smooth;
}
OffscreenBuffer::Quality depth_quality(const CameraView& view) {
  return view.fast ? OffscreenBuffer::Quality::fast : OffscreenBuffer::Quality::fine;
}

// Writes OpenGL's output, the lowest row first, into the view's rows from the top.
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
  std::array<std::optional<OffscreenBuffer>, 3> buffers;  // for each quality, if a view needs it
  std::vector<Viewpoint> eyes;                            // of each view
  std::vector<uint8_t> rgb, depth_bytes;                  // sized for the largest view, rows as in OpenGL
  std::vector<float> depth;                               // OpenGL's, 0 to 1
  std::string device;                                     // what OpenGL calls itself

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

    static std::mutex one_at_a_time;  // MuJoCo stores OpenGL's functions in global variables
    const std::lock_guard lock(one_at_a_time);
    gl = GlContext::make();
    const Current current(*gl);
    with_context(
        fmt::format("cannot draw pictures with {} ('sinew doctor' says what this computer offers)", gl->name()), [&] {
          const auto prepare = [&](OffscreenBuffer::Quality quality) {
            auto& buffer = buffers[static_cast<size_t>(quality)];
            if (!buffer) buffer.emplace(model.raw(), *gl, height, width, quality);
          };
          for (const CameraView& view : views) {
            if (has_color(view)) prepare(color_quality(view));
            if (has_depth(view)) prepare(depth_quality(view));
          }
        });
    device = device_of(*gl);
  }
  ~Scene() {
    const Current current(*gl);
    for (auto& buffer : buffers) buffer.reset();
  }
  OffscreenBuffer& buffer(OffscreenBuffer::Quality quality) { return *buffers[static_cast<size_t>(quality)]; }

  void draw(const CameraView& view, const Simulation& sim, mjvCamera camera) {
    const Current current(*gl);
    const bool together = view.fast && has_color(view);  // one picture for both
    if (has_color(view)) {
      OffscreenBuffer& colored = buffer(color_quality(view));
      colored.draw(sim, camera, view.height, view.width, true);
      colored.read(rgb.data(), together && has_depth(view) ? depth.data() : nullptr);
    }
    if (!has_depth(view)) return;
    OffscreenBuffer& deep = buffer(depth_quality(view));
    if (!together) {
      deep.draw(sim, camera, view.height, view.width, false);
      deep.read(nullptr, depth.data());
    }
    const DepthScale byte(view);
    const float nearest = deep.nearest(), farthest = deep.farthest();
    const size_t n = static_cast<size_t>(view.height) * static_cast<size_t>(view.width);
    for (size_t i = 0; i < n; ++i)
      depth_bytes[i] = byte(nearest * farthest / (farthest - depth[i] * (farthest - nearest)));
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
  scene.draw(view, sim, scene.eyes[index].at(sim.raw()));
  write_pixels(view, scene.rgb.data(), scene.depth_bytes.data(), pixels.data());
}

std::string Renderer::backend() const {
  return scene_->device.empty() ? scene_->gl->name() : scene_->gl->name() + ", " + scene_->device;
}

}  // namespace sinew
