#pragma once
#include <cstdint>
#include <memory>
#include <vector>

struct mjModel_;
struct mjData_;

namespace sinew::bench {

/// The limit of everything that draws: MuJoCo's update, render and read of one camera, with the settings of
/// observations, in an OpenGL context of its own. Use it in one thread at a time.
class BareRendering {
 public:
  BareRendering(const mjModel_* model, const char* camera, int height, int width);
  ~BareRendering();
  /// Leaves the picture, the lowest row first, in its own memory.
  void draw(mjData_* data);

 private:
  struct Canvas;
  std::unique_ptr<Canvas> canvas_;
};

}  // namespace sinew::bench
