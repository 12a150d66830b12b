#include "nets/ops/augment.h"

#include <algorithm>
#include <cstring>

#include "nets/ops/image_internal.h"

namespace sinew {
namespace {

// A shifted image: the pixel (y, x) comes from (y + down, x + right), or from the nearest border pixel.
struct Shift {
  int height, width, channels, down, right;

  const int64_t line = int64_t{width} * channels;
  /// Calls body(line, its source line).
  template <class Body>
  void for_lines(Body&& body) const {
    for (int y = 0; y < height; ++y) body(y * line, std::clamp(y + down, 0, height - 1) * line);
  }
  /// The pixels of a line whose source is inside the image: [first, end).
  int first() const { return std::clamp(-right, 0, width); }
  int end() const { return std::clamp(width - right, 0, width); }
};

template <class Body>
void for_shifts(const Shape& shape, const int* offsets, Body&& body) {
  const int64_t image = shape.size() / std::max(1, shape[0]);
  for (int row = 0; row < shape[0]; ++row)
    body(Shift{shape[1], shape[2], shape[3], offsets[2 * row], offsets[2 * row + 1]}, row * image);
}

// indices: down and right of each row.
template <class T>
void random_shift_backward(BasicTape<T>& tape, Node<T>& node) {
  T* dx = tape.zeroed_sink(node.inputs[0]);
  if (!dx) return;
  for_shifts(node.shape, node.indices, [&](const Shift& shift, int64_t image) {
    shift.for_lines([&](int64_t to, int64_t from) {
      const T* dy = node.gradient + image + to;
      T* own_dx = dx + image + from;
      for (int x = 0; x < shift.width; ++x) {
        const int source = std::clamp(x + shift.right, 0, shift.width - 1);
        for (int c = 0; c < shift.channels; ++c) own_dx[source * shift.channels + c] += dy[x * shift.channels + c];
      }
    });
  });
}
template <class T>
constexpr Operation<T> random_shift_operation{"random_shift", random_shift_backward<T>};

// y = (x · contrast + mean · (1 - contrast)) · factor of the channel.
// numbers: for each row, the contrast, then the channels' factors.
template <class T>
void colour_jitter_backward(BasicTape<T>& tape, Node<T>& node) {
  T* dx = tape.zeroed_sink(node.inputs[0]);
  if (!dx) return;
  const int channels = node.shape[3], pixels = node.shape[1] * node.shape[2];
  const int64_t size = int64_t{pixels} * channels;
  for (int row = 0; row < node.shape[0]; ++row) {
    const T *contrast = node.numbers + int64_t{row} * (1 + channels), *factors = contrast + 1;
    const T* dy = node.gradient + row * size;
    double total = 0;
    for (int64_t i = 0; i < size; i += channels)
      for (int c = 0; c < channels; ++c) total += dy[i + c] * factors[c];
    const T of_mean = static_cast<T>(total / static_cast<double>(size)) * (1 - *contrast);
    for (int64_t i = 0; i < size; i += channels)
      for (int c = 0; c < channels; ++c) dx[row * size + i + c] += dy[i + c] * factors[c] * *contrast + of_mean;
  }
}
template <class T>
constexpr Operation<T> colour_jitter_operation{"colour_jitter", colour_jitter_backward<T>};

template <class T>
void noise_backward(BasicTape<T>& tape, Node<T>& node) {
  const GradientSink<T> dx = tape.sink(node.inputs[0]);
  if (!dx.data) return;
  internal::for_blocks<T>(node.shape.size(),
                          [&](const internal::Block<T>& block) { block.put(dx, block.load(node.gradient)); });
}
template <class T>
constexpr Operation<T> noise_operation{"noise", noise_backward<T>};

}  // namespace

template <class T>
BasicTensor<T> random_shift(BasicTensor<T> x, int pixels, Rng& rng) {
  internal::check_image(x, "random_shift");
  BasicTape<T>& tape = x.tape();
  Node<T>* node = tape.make_node(random_shift_operation<T>, x.shape(), {x.node()});
  int* offsets = tape.index_scratch(int64_t{2} * x.shape()[0]);
  for (int i = 0; i < 2 * x.shape()[0]; ++i)
    offsets[i] = static_cast<int>(rng.below(2 * static_cast<uint32_t>(pixels) + 1)) - pixels;
  node->indices = offsets;
  for_shifts(x.shape(), offsets, [&](const Shift& shift, int64_t image) {
    const int channels = shift.channels, first = shift.first(), end = shift.end();
    const size_t pixel = static_cast<size_t>(channels) * sizeof(T);
    shift.for_lines([&](int64_t to, int64_t from) {
      T* y = node->value + image + to;
      const T *line = x.data() + image + from, *last = line + shift.line - channels;
      for (int i = 0; i < first; ++i) std::memcpy(y + i * channels, line, pixel);
      if (first < end)
        std::memcpy(y + first * channels, line + (first + shift.right) * channels,
                    static_cast<size_t>(end - first) * pixel);
      for (int i = std::max(first, end); i < shift.width; ++i) std::memcpy(y + i * channels, last, pixel);
    });
  });
  return {tape, node};
}

template <class T>
BasicTensor<T> colour_jitter(BasicTensor<T> x, const ColourJitter& jitter, Rng& rng) {
  internal::check_image(x, "colour_jitter");
  BasicTape<T>& tape = x.tape();
  Node<T>* node = tape.make_node(colour_jitter_operation<T>, x.shape(), {x.node()});
  const int rows = x.shape()[0], channels = x.shape()[3];
  const int64_t size = x.size() / std::max(1, rows);
  T* numbers = tape.scratch(int64_t{rows} * (1 + channels));
  node->numbers = numbers;
  const auto factor = [&rng](double spread) { return rng.uniform(1 - spread, 1 + spread); };
  for (int row = 0; row < rows; ++row) {
    const double brightness = factor(jitter.brightness), contrast = factor(jitter.contrast);
    *numbers++ = static_cast<T>(contrast);
    const T* factors = numbers;
    for (int c = 0; c < channels; ++c) *numbers++ = static_cast<T>(brightness * factor(jitter.tint));
    const T* image = x.data() + row * size;
    T* y = node->value + row * size;
    double total = 0;
    for (int64_t i = 0; i < size; ++i) total += image[i];
    const T scale = static_cast<T>(contrast);
    const T mean_part = static_cast<T>(total / static_cast<double>(size) * (1 - contrast));
    for (int64_t i = 0; i < size; i += channels)
      for (int c = 0; c < channels; ++c) y[i + c] = (image[i + c] * scale + mean_part) * factors[c];
  }
  return {tape, node};
}

template <class T>
BasicTensor<T> add_noise(BasicTensor<T> x, double std, Rng& rng) {
  Node<T>* node = x.tape().make_node(noise_operation<T>, x.shape(), {x.node()});
  // Mean and variance of the sum of four bytes.
  constexpr double mean = 4 * 127.5, variance = 4 * (256.0 * 256 - 1) / 12;
  const T scale = static_cast<T>(std / std::sqrt(variance));
  for (int64_t i = 0; i < x.size(); ++i) {
    const uint32_t bits = rng.bits();
    const uint32_t bytes = (bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24);
    node->value[i] = x.data()[i] + (static_cast<T>(bytes) - static_cast<T>(mean)) * scale;
  }
  return {x.tape(), node};
}

#define SINEW_INSTANTIATE(T)                                                        \
  template BasicTensor<T> random_shift(BasicTensor<T>, int, Rng&);                  \
  template BasicTensor<T> colour_jitter(BasicTensor<T>, const ColourJitter&, Rng&); \
  template BasicTensor<T> add_noise(BasicTensor<T>, double, Rng&);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
