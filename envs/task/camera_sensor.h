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

/// A camera among a task's observations: a map in the YAML, where numbers are a list of terms.
///
///   observations:
///     eye: {camera: front, size: [64, 64], kind: rgb, frames: 3, process: [grey]}
struct CameraConfig {
  std::string camera;                // a camera of the model
  std::vector<int> size = {64, 64};  // height and width of the raw frame, in pixels
  std::string kind = "rgb";
  std::string method = "render";       // rays: depth without OpenGL
  std::vector<double> range = {0, 5};  // m: the depths that map to 0 and 255
  std::string quality = "fast";        // full: shadows, reflections, smoothed edges
  std::vector<ConfigNode> process;     // the steps of an ImagePipeline
  int frames = 1;                      // number of last frames in the stack
  bool covered = false;                // sees only black: to measure what seeing is worth

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

/// Reads and checks the map; an Error gives the place in the YAML.
CameraConfig read_camera(const ConfigNode& node);

/// The pool that draws all cameras of a task which need OpenGL, in order; null if none does. The envs of a task share
/// it.
std::shared_ptr<RenderPool> make_render_pool(const TaskConfig& task, const std::shared_ptr<const Model>& model);

/// One env's camera. It owns its buffers and shares the pool.
class CameraSensor {
 public:
  /// `next_view`: in, the camera's place in the pool; out, the place of the next camera.
  CameraSensor(const std::string& name, const ConfigNode& node, const std::shared_ptr<const Model>& model,
               std::shared_ptr<RenderPool> pool, size_t& next_view);

  const SensorSpec& spec() const { return spec_; }
  /// Takes the current frame, processed by the image pipeline: [spec().frame_size()].
  void take(const Simulation& sim, std::span<uint8_t> frame);

 private:
  SensorSpec spec_;
  ImagePipeline pipeline_;
  std::shared_ptr<RenderPool> pool_;  // null: rays, or covered
  size_t view_ = 0;
  std::unique_ptr<RayCamera> rays_;
  std::vector<uint8_t> raw_;  // the camera's raw frame
};

}  // namespace sinew
