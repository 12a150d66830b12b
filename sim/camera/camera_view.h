#pragma once
#include <cstddef>
#include <string>

namespace sinew {

/// What a camera of a model sees, as an 8-bit image [height, width, channels()], rows from the top.
struct CameraView {
  enum class Kind { rgb, depth, rgbd };

  /// By name. "": the one named "track" where there is one, else a free camera beside the first body
  /// that moves, which it follows.
  std::string camera = {};
  int height = 64, width = 64;
  Kind kind = Kind::rgb;
  /// Of depth: the metres along the optical axis that become 0 and 255, linear between, clipped. Depth
  /// is that of what is opaque: what is transparent (alpha below 0.995) is looked through.
  double near = 0, far = 5;
  /// For observations: no shadows, reflections, haze or smoothed edges, coarse round shapes; many times
  /// as many frames per second. False: all that MuJoCo can do, for videos.
  bool fast = true;

  int channels() const { return kind == Kind::rgb ? 3 : kind == Kind::depth ? 1 : 4; }
  size_t size() const {
    return static_cast<size_t>(height) * static_cast<size_t>(width) * static_cast<size_t>(channels());
  }
};

/// Throws an Error where no image can be made of the view: its size or its depths.
void check_view(const CameraView& view);

}  // namespace sinew
