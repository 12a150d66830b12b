#pragma once
#include <algorithm>

#include "nets/ops/image.h"
#include "nets/ops/ops_internal.h"

/// Helpers shared by the operations on images.
namespace sinew::internal {

/// A window over images [rows, height, width, channels].
struct WindowedImage {
  SlidingWindow window;
  Extent input, padded, output;
  int channels;

  int positions() const { return output.height * output.width; }
  int64_t input_size() const { return int64_t{input.height} * input.width * channels; }
  int64_t padded_size() const { return int64_t{padded.height} * padded.width * channels; }
  bool has_padding() const { return !(padded == input); }
  /// The length of a line of the padded image.
  int line() const { return padded.width * channels; }
  /// The offset of the input's line y in the padded image.
  int64_t inner(int y) const {
    return int64_t{y + window.padding.height} * line() + int64_t{window.padding.width} * channels;
  }
};

inline WindowedImage windowed(const Shape& x, const SlidingWindow& window) {
  const Extent input{x[1], x[2]};
  return {window,
          input,
          {input.height + 2 * window.padding.height, input.width + 2 * window.padding.width},
          window.places(input),
          x[3]};
}

template <class T>
void check_image(const BasicTensor<T>& x, const char* operation) {
  if (x.shape().rank() != 4)
    shape_error(x.tape(), operation,
                fmt::format("an image [rows, height, width, channels] is expected, not {}", x.shape().text()));
}

template <class T>
WindowedImage check_windowed(const BasicTensor<T>& x, const SlidingWindow& window, const char* operation) {
  check_image(x, operation);
  if (const auto problem = window.problem({x.shape()[1], x.shape()[2]})) shape_error(x.tape(), operation, *problem);
  return windowed(x.shape(), window);
}

constexpr int window_numbers = 6;

/// A node stores its window as integers, which an exporter reads, too.
inline void write_window(int* numbers, const SlidingWindow& window) {
  const Extent parts[] = {window.size, window.stride, window.padding};
  for (const Extent& part : parts) {
    *numbers++ = part.height;
    *numbers++ = part.width;
  }
}
inline SlidingWindow read_window(const int* n) { return {{n[0], n[1]}, {n[2], n[3]}, {n[4], n[5]}}; }

}  // namespace sinew::internal
