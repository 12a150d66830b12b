#pragma once
#include <cstdint>
#include <memory>
#include <vector>

struct mjModel_;
struct mjData_;

namespace sinew::bench {

/// The upper bound for all rendering: MuJoCo's update, render and read of one camera, with the settings used for
/// observations, in its own OpenGL context. Use it in one thread at a time.
class BareRendering {
 public:
  BareRendering(const mjModel_* model, const char* camera, int height, int width);
  ~BareRendering();
  /// Leaves the image, lowest row first, in the object's own memory.
  void draw(mjData_* data);

 private:
  struct Canvas;
  std::unique_ptr<Canvas> canvas_;
};

}  // namespace sinew::bench
