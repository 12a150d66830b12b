#include <algorithm>
#include <cmath>

#include "nets/ops/image_internal.h"

// Pooling: one number for each window and channel.
namespace sinew {
namespace {

using internal::WindowedImage;

// Calls body(window's index in the batch, begin of its image, pixels' offsets in the image's lines) for each window,
// with the window's lines [y_begin, y_end) and columns [x_begin, x_end) inside the image.
template <class Body>
void for_windows(const WindowedImage& image, int rows, Body&& body) {
  int64_t place = 0;
  for (int row = 0; row < rows; ++row)
    for (int oy = 0; oy < image.output.height; ++oy)
      for (int ox = 0; ox < image.output.width; ++ox, ++place) {
        const int y = oy * image.window.stride.height - image.window.padding.height;
        const int x = ox * image.window.stride.width - image.window.padding.width;
        const int y_end = std::min(y + image.window.size.height, image.input.height);
        const int x_end = std::min(x + image.window.size.width, image.input.width);
        body(place, row * image.input_size(), std::max(y, 0), y_end, std::max(x, 0), x_end);
      }
}

// indices: the window, then for each element of the result the index of its source element in x.
template <class T>
void max_pool_backward(BasicTape<T>& tape, Node<T>& node) {
  T* dx = tape.zeroed_sink(node.inputs[0]);
  if (!dx) return;
  const int* winners = node.indices + internal::window_numbers;
  const int64_t image = node.inputs[0]->shape.size() / std::max(1, node.shape[0]);
  const int64_t per_row = node.shape.size() / std::max(1, node.shape[0]);
  for (int64_t i = 0; i < node.shape.size(); ++i) dx[i / per_row * image + winners[i]] += node.gradient[i];
}
template <class T>
constexpr Operation<T> max_pool_operation{"max_pool", max_pool_backward<T>};

template <class T>
void average_pool_backward(BasicTape<T>& tape, Node<T>& node) {
  T* dx = tape.zeroed_sink(node.inputs[0]);
  if (!dx) return;
  const WindowedImage image = internal::windowed(node.inputs[0]->shape, internal::read_window(node.indices));
  const int channels = image.channels;
  for_windows(image, node.shape[0], [&](int64_t place, int64_t begin, int y0, int y1, int x0, int x1) {
    const T share = T(1) / static_cast<T>((y1 - y0) * (x1 - x0));
    for (int y = y0; y < y1; ++y)
      for (int x = x0; x < x1; ++x) {
        T* pixel = dx + begin + (int64_t{y} * image.input.width + x) * channels;
        for (int c = 0; c < channels; ++c) pixel[c] += node.gradient[place * channels + c] * share;
      }
  });
}
template <class T>
constexpr Operation<T> average_pool_operation{"average_pool", average_pool_backward<T>};

template <class T>
Node<T>* make_pool(BasicTensor<T> x, const Operation<T>& operation, const WindowedImage& image, int64_t more_indices) {
  Node<T>* node = x.tape().make_node(operation, {x.shape()[0], image.output.height, image.output.width, image.channels},
                                     {x.node()});
  int* numbers = x.tape().index_scratch(internal::window_numbers + more_indices);
  internal::write_window(numbers, image.window);
  node->indices = numbers;
  return node;
}

}  // namespace

template <class T>
BasicTensor<T> max_pool(BasicTensor<T> x, const SlidingWindow& window) {
  const WindowedImage image = internal::check_windowed(x, window, "max_pool");
  const int channels = image.channels, rows = x.shape()[0];
  Node<T>* node = make_pool(x, max_pool_operation<T>, image, int64_t{rows} * image.positions() * channels);
  int* winners = const_cast<int*>(node->indices) + internal::window_numbers;
  for_windows(image, rows, [&](int64_t place, int64_t begin, int y0, int y1, int x0, int x1) {
    T* best = node->value + place * channels;
    int* winner = winners + place * channels;
    for (int y = y0; y < y1; ++y)
      for (int column = x0; column < x1; ++column) {
        const int offset = (y * image.input.width + column) * channels;
        const bool first = y == y0 && column == x0;
        for (int c = 0; c < channels; ++c) {
          const T value = x.data()[begin + offset + c];
          if (!first && !(value > best[c]) && !std::isnan(value)) continue;
          best[c] = value;
          winner[c] = offset + c;
        }
      }
  });
  return {x.tape(), node};
}

template <class T>
BasicTensor<T> average_pool(BasicTensor<T> x, const SlidingWindow& window) {
  const WindowedImage image = internal::check_windowed(x, window, "average_pool");
  const int channels = image.channels;
  Node<T>* node = make_pool(x, average_pool_operation<T>, image, 0);
  for_windows(image, x.shape()[0], [&](int64_t place, int64_t begin, int y0, int y1, int x0, int x1) {
    T* mean = node->value + place * channels;
    std::fill_n(mean, channels, T(0));
    for (int y = y0; y < y1; ++y)
      for (int column = x0; column < x1; ++column) {
        const T* pixel = x.data() + begin + (int64_t{y} * image.input.width + column) * channels;
        for (int c = 0; c < channels; ++c) mean[c] += pixel[c];
      }
    const T share = T(1) / static_cast<T>((y1 - y0) * (x1 - x0));
    for (int c = 0; c < channels; ++c) mean[c] *= share;
  });
  return {x.tape(), node};
}

#define SINEW_INSTANTIATE(T)                                              \
  template BasicTensor<T> max_pool(BasicTensor<T>, const SlidingWindow&); \
  template BasicTensor<T> average_pool(BasicTensor<T>, const SlidingWindow&);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
