#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "sim/simulation.h"

namespace sinew {

struct RenderOptions {
  int height = 480, width = 640;
  /// A camera of the model by name. "": the one named "track" where there is one, else a free
  /// camera beside the first body that moves, which it follows.
  std::string camera = {};
  /// For observations: no shadows, reflections or smoothed edges, coarse round shapes; several times
  /// as many frames per second.
  bool fast = false;
};

/// Draws simulations of one model without a display. It owns an OpenGL context; use it in one
/// thread at a time, one renderer for each thread.
class Renderer {
 public:
  Renderer(std::shared_ptr<const Model> model, const RenderOptions& options);
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  int height() const { return options_.height; }
  int width() const { return options_.width; }
  /// RGB [height, width, 3], rows from the top. The simulation must be of the same model.
  void render(const Simulation& sim, std::span<uint8_t> pixels);

  /// What draws, for example "EGL, llvmpipe (LLVM 15.0.6, 256 bits)".
  std::string backend() const;

 private:
  struct Scene;
  RenderOptions options_;
  std::shared_ptr<const Model> model_;
  std::unique_ptr<Scene> scene_;
};

}  // namespace sinew
