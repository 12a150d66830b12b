#pragma once
#include <mujoco/mujoco.h>

#include <cstdint>
#include <vector>

#include "sim/camera/gl_context.h"
#include "sim/simulation/simulation.h"

namespace sinew {

/// MuJoCo's picture of a model at one quality: its OpenGL objects, and the shapes it draws. All functions, including
/// constructor and destructor, require the same OpenGL context to be current.
class OffscreenBuffer {
 public:
  /// fast: see CameraView. fine: the model's own round shapes. smooth: everything, including shadows and smoothed
  /// edges; a pixel then has several depth samples, none of them at its middle.
  enum class Quality { fast, fine, smooth };

  /// For pictures up to this size.
  OffscreenBuffer(const mjModel& model, const GlContext& gl, int height, int width, Quality quality);
  ~OffscreenBuffer();
  OffscreenBuffer(const OffscreenBuffer&) = delete;
  OffscreenBuffer& operator=(const OffscreenBuffer&) = delete;

  /// Draws a simulation of the model. Without colour, only the depth is meaningful.
  void draw(const Simulation& sim, mjvCamera& camera, int height, int width, bool color);
  /// Reads the last picture as OpenGL stores it, the lowest row first; nullptr for an output that is not needed.
  void read(uint8_t* rgb, float* depth);
  /// Metres along the optical axis where OpenGL's depth is 0, and where it is 1.
  float nearest() const { return scene_.camera[0].frustum_near; }
  float farthest() const { return scene_.camera[0].frustum_far; }

 private:
  void take_over(const mjModel& model);

  mjVisual visual_;
  mjModel model_;  // only the struct, as needed for the picture; its arrays are those of the simulation
  std::vector<int> grounds_;
  std::vector<double> geom_size_;  // the simulation's, with the grounds widened
  mjvOption option_;
  mjvScene scene_;
  mjrContext context_;
  mjrRect area_{};
};

}  // namespace sinew
