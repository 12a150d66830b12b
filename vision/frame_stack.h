#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace sinew {

class StateArchive;

/// The last frames of a camera as one image: their channels side by side in each pixel, the oldest frame
/// first. Before there are as many, the first one stands for those that are missing.
class FrameStack {
 public:
  FrameStack(int pixels, int channels, int frames);

  /// The next push() begins an episode.
  void clear() { empty_ = true; }
  /// frame [pixels, channels].
  void push(std::span<const uint8_t> frame);
  /// [pixels, frames · channels].
  std::span<const uint8_t> image() const { return image_; }

  void visit_state(StateArchive& archive);

 private:
  int pixels_, channels_, frames_;
  bool empty_ = true;
  std::vector<uint8_t> image_;
};

}  // namespace sinew
