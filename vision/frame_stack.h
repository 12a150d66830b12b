#pragma once
#include <cstdint>
#include <span>

#include "core/spec.h"

namespace sinew {

/// How a camera's last frames lie in one image: their channels side by side in each pixel, the oldest frame
/// first (SensorSpec). Works on memory that others own: stack [pixels, frames · channels], frame
/// [pixels, channels].
class FrameStack {
 public:
  explicit FrameStack(const SensorSpec& image);

  size_t frame_size() const { return pixels_ * channels_; }
  size_t size() const { return frame_size() * frames_; }
  int frames() const { return static_cast<int>(frames_); }

  /// An episode begins: the frame stands for those that are missing, too.
  void fill(std::span<uint8_t> stack, std::span<const uint8_t> frame) const;
  /// The newest frame comes, the oldest goes.
  void push(std::span<uint8_t> stack, std::span<const uint8_t> frame) const;
  /// Puts a frame into its place, 0 being the oldest's, or takes it out.
  void put(uint8_t* stack, int place, const uint8_t* frame) const;
  void take(const uint8_t* stack, int place, uint8_t* frame) const;

 private:
  size_t pixels_, channels_, frames_;
};

}  // namespace sinew
