#pragma once
#include <cstddef>
#include <string>

namespace sinew {

/// The view of a model's camera, as an 8-bit image [height, width, channels()], rows from the top.
struct CameraView {
  enum class Kind { rgb, depth, rgbd };

  /// The camera's name. "": the camera "track" if there is one, else a free camera beside the first body that moves,
  /// which it follows.
  std::string camera = {};
  int height = 64, width = 64;
  Kind kind = Kind::rgb;
  /// For depth: the metres along the optical axis that map to 0 and 255, linear between, clipped. Only opaque geoms
  /// have depth: transparent ones (alpha below 0.995) are looked through.
  double near = 0, far = 5;
  /// For observations: no shadows, reflections, haze or smoothed edges, coarse round shapes; many times as many frames
  /// per second. False: full MuJoCo quality, for videos.
  bool fast = true;

  int channels() const { return kind == Kind::rgb ? 3 : kind == Kind::depth ? 1 : 4; }
  size_t size() const {
    return static_cast<size_t>(height) * static_cast<size_t>(width) * static_cast<size_t>(channels());
  }
};

/// Throws an Error where the size or the depths of the view make an image impossible.
void check_view(const CameraView& view);

}  // namespace sinew
