#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/camera/camera_view.h"
#include "sim/simulation/simulation.h"

namespace sinew {

/// A picture for people.
struct RenderOptions {
  int height = 480, width = 640;
  std::string camera = {};  // as CameraView's
  bool fast = false;        // likewise
};

/// Draws simulations of one model without a display: colours, lights, cameras and sizes are those of
/// the simulation's own model where it has one. The same state gives the same bytes, whatever was
/// drawn before. It owns an OpenGL context; use it in one thread at a time.
class Renderer {
 public:
  /// Throws an Error for an unknown camera, and where nothing can draw.
  Renderer(std::shared_ptr<const Model> model, std::vector<CameraView> views);
  /// One view, in RGB.
  Renderer(std::shared_ptr<const Model> model, const RenderOptions& options);
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  int height() const { return views_[0].height; }
  int width() const { return views_[0].width; }
  /// [view's size()]. The simulation must be of the same model.
  void render(size_t view, const Simulation& sim, std::span<uint8_t> pixels);
  void render(const Simulation& sim, std::span<uint8_t> pixels) { render(0, sim, pixels); }

  /// What draws, for example "EGL, llvmpipe (LLVM 15.0.6, 256 bits)".
  std::string backend() const;

 private:
  struct Scene;
  std::shared_ptr<const Model> model_;
  std::vector<CameraView> views_;
  std::unique_ptr<Scene> scene_;
};

}  // namespace sinew
