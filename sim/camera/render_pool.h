#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "sim/camera/camera.h"

namespace sinew {

/// Draws the views of one model for many simulations in many threads. It uses one OpenGL context for each thread that
/// draws at the same time, whatever the number of envs and cameras. Contexts are made on demand, and a thread gets the
/// one it last had. Thread-safe.
class RenderPool {
 public:
  /// Throws an Error for an unknown camera. Whether this computer can draw only shows at the first picture.
  RenderPool(std::shared_ptr<const Model> model, std::vector<CameraView> views);
  ~RenderPool();
  RenderPool(const RenderPool&) = delete;
  RenderPool& operator=(const RenderPool&) = delete;

  const CameraView& view(size_t index) const { return views_.at(index); }
  /// pixels: [view's size()]. The simulation must be of the model.
  void render(size_t view, const Simulation& sim, std::span<uint8_t> pixels);
  /// As Renderer::backend().
  std::string backend();

 private:
  struct Idle {
    std::unique_ptr<Renderer> renderer;
    std::thread::id last_user;
  };
  class Loan;

  std::shared_ptr<const Model> model_;
  std::vector<CameraView> views_;
  std::mutex mutex_;
  std::vector<Idle> idle_;
};

}  // namespace sinew
