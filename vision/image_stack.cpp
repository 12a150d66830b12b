#include "vision/image_stack.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace sinew {
namespace {

// Copies `pixels` groups of `channels` bytes between two strides. The common channel counts are constants, so that a
// group takes one or two moves.
template <size_t channels>
void copy_groups(const uint8_t* from, size_t from_stride, uint8_t* to, size_t to_stride, size_t pixels) {
  for (size_t i = 0; i < pixels; ++i, from += from_stride, to += to_stride) std::memcpy(to, from, channels);
}

void copy_groups(size_t channels, const uint8_t* from, size_t from_stride, uint8_t* to, size_t to_stride,
                 size_t pixels) {
  switch (channels) {
    case 1: return copy_groups<1>(from, from_stride, to, to_stride, pixels);
    case 3: return copy_groups<3>(from, from_stride, to, to_stride, pixels);
    case 4: return copy_groups<4>(from, from_stride, to, to_stride, pixels);
  }
  for (size_t i = 0; i < pixels; ++i, from += from_stride, to += to_stride) std::copy_n(from, channels, to);
}

}  // namespace

ImageStack::ImageStack(const SensorSpec& image)
    : pixels_(static_cast<size_t>(image.shape[0]) * static_cast<size_t>(image.shape[1])),
      channels_(static_cast<size_t>(image.shape[2] / image.frames)),
      frames_(static_cast<size_t>(image.frames)) {}

void ImageStack::put(uint8_t* stack, int place, const uint8_t* frame) const {
  copy_groups(channels_, frame, channels_, stack + static_cast<size_t>(place) * channels_, channels_ * frames_,
              pixels_);
}

void ImageStack::take(const uint8_t* stack, int place, uint8_t* frame) const {
  copy_groups(channels_, stack + static_cast<size_t>(place) * channels_, channels_ * frames_, frame, channels_,
              pixels_);
}

void ImageStack::fill(std::span<uint8_t> stack, std::span<const uint8_t> frame) const {
  assert(stack.size() == size() && frame.size() == frame_size());
  for (int place = 0; place < frames(); ++place) put(stack.data(), place, frame.data());
}

void ImageStack::push(std::span<uint8_t> stack, std::span<const uint8_t> frame) const {
  assert(stack.size() == size() && frame.size() == frame_size());
  // Moves everything by one frame's channels; put() then overwrites the newest place.
  std::memmove(stack.data(), stack.data() + channels_, stack.size() - channels_);
  put(stack.data(), frames() - 1, frame.data());
}

}  // namespace sinew
