#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "sim/camera/camera_view.h"
#include "sim/simulation/simulation.h"

namespace sinew {

/// Depth by casting rays, without OpenGL: the same pixels as a rendered view of kind depth, except that round shapes
/// are truly round. It sees only geoms: no sites, tendons or skins. Any number of threads may use one.
class RayCamera {
 public:
  /// Throws an Error for an unknown camera and for a view of another kind.
  RayCamera(std::shared_ptr<const Model> model, CameraView view);
  ~RayCamera();
  RayCamera(const RayCamera&) = delete;
  RayCamera& operator=(const RayCamera&) = delete;

  const CameraView& view() const { return view_; }
  /// pixels: [view's size()]. The simulation must be of the model.
  void render(const Simulation& sim, std::span<uint8_t> pixels) const;

 private:
  struct Source;
  std::shared_ptr<const Model> model_;
  CameraView view_;
  std::unique_ptr<const Source> source_;
};

}  // namespace sinew
