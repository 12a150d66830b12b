#include "vision/frame_stack.h"

#include <algorithm>

#include "core/error.h"
#include "core/state_archive.h"

namespace sinew {

FrameStack::FrameStack(int pixels, int channels, int frames)
    : pixels_(pixels),
      channels_(channels),
      frames_(frames),
      image_(static_cast<size_t>(pixels) * static_cast<size_t>(channels) * static_cast<size_t>(frames)) {}

void FrameStack::push(std::span<const uint8_t> frame) {
  const size_t one = static_cast<size_t>(channels_), all = one * static_cast<size_t>(frames_);
  if (frame.size() != static_cast<size_t>(pixels_) * one)
    fail("a stack of frames of {} bytes got one of {}", static_cast<size_t>(pixels_) * one, frame.size());
  const uint8_t* from = frame.data();
  for (uint8_t* pixel = image_.data(); pixel != image_.data() + image_.size(); pixel += all, from += one) {
    if (empty_) {
      for (size_t begin = 0; begin < all; begin += one) std::copy_n(from, one, pixel + begin);
    } else {
      std::copy(pixel + one, pixel + all, pixel);
      std::copy_n(from, one, pixel + all - one);
    }
  }
  empty_ = false;
}

void FrameStack::visit_state(StateArchive& archive) {
  archive("empty", empty_);
  archive("image", std::span(image_));
}

}  // namespace sinew
