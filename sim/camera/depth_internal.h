#pragma once
#include <algorithm>
#include <cstdint>

#include "sim/camera/camera_view.h"

namespace sinew {

/// Converts a depth in metres, not below 0, to a pixel value.
class DepthScale {
 public:
  explicit DepthScale(const CameraView& view)
      : near_(static_cast<float>(view.near)), steps_per_m_(static_cast<float>(255 / (view.far - view.near))) {}
  uint8_t operator()(float metres) const {
    const float steps = (metres - near_) * steps_per_m_ + 0.5F;
    return static_cast<uint8_t>(static_cast<int>(std::min(std::max(steps, 0.0F), 255.0F)));
  }

 private:
  float near_, steps_per_m_;
};

}  // namespace sinew
