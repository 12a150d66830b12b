#pragma once
#include <cstdint>
#include <span>

#include "core/spec.h"

namespace sinew {

/// The layout of a camera's last frames in one image: their channels side by side in each pixel, the oldest frame first
/// (SensorSpec). Works on memory of the caller: stack [pixels, frames · channels], frame [pixels, channels].
class ImageStack {
 public:
  explicit ImageStack(const SensorSpec& image);

  size_t frame_size() const { return pixels_ * channels_; }
  size_t size() const { return frame_size() * frames_; }
  int frames() const { return static_cast<int>(frames_); }

  /// Starts an episode: the frame also takes the place of the missing ones.
  void fill(std::span<uint8_t> stack, std::span<const uint8_t> frame) const;
  /// Adds the newest frame and drops the oldest.
  void push(std::span<uint8_t> stack, std::span<const uint8_t> frame) const;
  /// Writes a frame to its place in the stack, 0 being the oldest's, or reads it from there.
  void put(uint8_t* stack, int place, const uint8_t* frame) const;
  void take(const uint8_t* stack, int place, uint8_t* frame) const;

 private:
  size_t pixels_, channels_, frames_;
};

}  // namespace sinew
