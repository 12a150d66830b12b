#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/spec.h"
#include "envs/task/task_config.h"
#include "sim/camera/camera_view.h"
#include "sim/camera/ray_camera.h"
#include "sim/camera/render_pool.h"
#include "vision/image_pipeline.h"

namespace sinew {

/// A camera among a task's observations: in the YAML a map, where numbers are a list of terms.
///
///   observations:
///     eye: {camera: front, size: [64, 64], kind: rgb, frames: 3, process: [grey]}
struct CameraConfig {
  std::string camera;                // of the model
  std::vector<int> size = {64, 64};  // height and width of what it takes, in pixels
  std::string kind = "rgb";
  std::string method = "render";       // rays: depth without OpenGL
  std::vector<double> range = {0, 5};  // m: the depths that become 0 and 255
  std::string quality = "fast";        // full: shadows, reflections, smoothed edges
  std::vector<ConfigNode> process;     // ImagePipeline's steps
  int frames = 1;                      // the last ones, stacked
  bool covered = false;                // sees black only: to know what seeing is worth

  template <class Visitor>
  void visit(Visitor& v) {
    v.required("camera", camera);
    v.optional("size", size, between(1, 4096));
    v.optional("kind", kind, Choices{"rgb", "depth", "rgbd"});
    v.optional("method", method, Choices{"render", "rays"});
    v.optional("range", range, between(0, 1e6));
    v.optional("quality", quality, Choices{"fast", "full"});
    v.optional("process", process);
    v.optional("frames", frames, between(1, 64));
    v.optional("covered", covered);
  }
};

/// Reads it; an Error says where the YAML is wrong.
CameraConfig read_camera(const ConfigNode& node);

/// The pool that draws all cameras of a task which need OpenGL, in their order; null where none does. The
/// envs of a task share it.
std::shared_ptr<RenderPool> make_render_pool(const TaskConfig& task, const std::shared_ptr<const Model>& model);

/// One env's camera. Its buffers are its own, the pool is shared.
class CameraSensor {
 public:
  /// `next_view`: the camera's place in the pool, and then that of the next one.
  CameraSensor(const std::string& name, const ConfigNode& node, const std::shared_ptr<const Model>& model,
               std::shared_ptr<RenderPool> pool, size_t& next_view);

  const SensorSpec& spec() const { return spec_; }
  /// Takes the present frame, through the image pipeline: [spec().frame_size()].
  void take(const Simulation& sim, std::span<uint8_t> frame);

 private:
  SensorSpec spec_;
  ImagePipeline pipeline_;
  std::shared_ptr<RenderPool> pool_;  // null: rays, or covered
  size_t view_ = 0;
  std::unique_ptr<RayCamera> rays_;
  std::vector<uint8_t> raw_;  // what the camera takes
};

}  // namespace sinew
