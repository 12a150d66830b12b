#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/camera/camera_view.h"
#include "sim/simulation/simulation.h"

namespace sinew {

/// A picture for human viewers.
struct RenderOptions {
  int height = 480, width = 640;
  std::string camera = {};  // as in CameraView
  bool fast = false;        // as in CameraView
};

/// Draws simulations of one model without a display. Colours, lights, cameras and sizes are those of the simulation's
/// own model if it has one. The same state gives the same bytes, whatever was drawn before. Owns an OpenGL context; use
/// it in one thread at a time.
class Renderer {
 public:
  /// Throws an Error for an unknown camera, and where no back end can draw.
  Renderer(std::shared_ptr<const Model> model, std::vector<CameraView> views);
  /// One view, in RGB.
  Renderer(std::shared_ptr<const Model> model, const RenderOptions& options);
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  int height() const { return views_[0].height; }
  int width() const { return views_[0].width; }
  /// pixels: [view's size()]. The simulation must be of the same model.
  void render(size_t view, const Simulation& sim, std::span<uint8_t> pixels);
  void render(const Simulation& sim, std::span<uint8_t> pixels) { render(0, sim, pixels); }

  /// The drawing back end, for example "EGL, llvmpipe (LLVM 15.0.6, 256 bits)".
  std::string backend() const;

 private:
  struct Scene;
  std::shared_ptr<const Model> model_;
  std::vector<CameraView> views_;
  std::unique_ptr<Scene> scene_;
};

}  // namespace sinew
