#include <algorithm>
#include <cstring>

#include "nets/ops/image_internal.h"

// Convolution as products of gathered matrices. A window's lines are contiguous in the image, so the windows are never
// copied (docs/decisions/0007-convolution.md).
namespace sinew {
namespace {

using internal::WindowedImage;

// The offset of the first pixel of each window in a padded image.
void find_windows(const WindowedImage& image, int* begins) {
  for (int y = 0; y < image.output.height; ++y)
    for (int x = 0; x < image.output.width; ++x)
      *begins++ = y * image.window.stride.height * image.line() + x * image.window.stride.width * image.channels;
}

// Images with zeros around them, in `scratch` (initially zero); the images themselves when they have no padding.
template <class T>
const T* pad(const WindowedImage& image, const T* x, int count, T* scratch) {
  if (!image.has_padding()) return x;
  const size_t line = static_cast<size_t>(image.input.width) * image.channels;
  for (int i = 0; i < count; ++i)
    for (int y = 0; y < image.input.height; ++y, x += line)
      std::memcpy(scratch + i * image.padded_size() + image.inner(y), x, line * sizeof(T));
  return scratch;
}

template <class T>
T* padding_scratch(BasicTape<T>& tape, const WindowedImage& image, int count) {
  if (!image.has_padding()) return nullptr;
  T* scratch = tape.scratch(count * image.padded_size());
  std::fill_n(scratch, count * image.padded_size(), T(0));
  return scratch;
}

// Processes as many lines of the window at a time as keep their weights in the first-level cache.
template <class T>
void convolve(const WindowedImage& image, const int* begins, const T* x, const T* weight, const T* bias, int filters,
              Activation activation, T* y) {
  const int line = image.window.size.width * image.channels, height = image.window.size.height;
  const int together = std::clamp(32768 / (line * filters * static_cast<int>(sizeof(T))), 1, height);
  for (int begin = 0; begin < height; begin += together) {
    const int count = std::min(together, height - begin);
    const bool last = begin + count == height;
    gemm_of_rows<T>({.m = image.positions(),
                     .n = filters,
                     .k = line,
                     .a = x + int64_t{begin} * image.line(),
                     .a_row = 0,
                     .a_col = 1,
                     .b = weight + int64_t{begin} * line * filters,
                     .b_row = filters,
                     .c = y,
                     .c_row = filters,
                     .accumulate = begin > 0,
                     .bias = last ? bias : nullptr,
                     .activation = last ? activation : Activation::none,
                     .a_rows = begins,
                     .segments = count,
                     .a_segment = image.line()});
  }
}

template <class T>
void add_without_padding(const WindowedImage& image, const T* padded, int count, T* dx) {
  const int64_t line = int64_t{image.input.width} * image.channels;
  for (int i = 0; i < count; ++i, padded += image.padded_size())
    for (int y = 0; y < image.input.height; ++y, dx += line) {
      const T* from = padded + image.inner(y);
      for (int64_t j = 0; j < line; ++j) dx[j] += from[j];
    }
}

// The number of images whose gradients are computed together: their windows share the start and end costs of a product,
// and leave room in the second-level cache for the weights.
int images_together(const WindowedImage& image, int rows) {
  constexpr int windows = 256;
  return std::clamp(windows / image.positions(), 1, std::max(1, rows));
}

// Some neighbouring images of a batch, for both gradients: x and dz begin at the first image; windows [count ·
// positions] holds the offset of each window in consecutive padded images.
template <class T>
struct Batch {
  const WindowedImage& image;
  int count, filters;
  const int* windows;
  const T* dz;

  int positions() const { return count * image.positions(); }
  /// The length of a window's line, in one piece.
  int line() const { return image.window.size.width * image.channels; }
};

// d weight += windowsᵀ · dz, line by line of the window. x: padded images.
template <class T>
void add_weight_gradient(const Batch<T>& batch, const T* x, T* dw) {
  for (int ky = 0; ky < batch.image.window.size.height; ++ky)
    gemm_of_columns<T>({.m = batch.line(),
                        .n = batch.filters,
                        .k = batch.positions(),
                        .a = x + int64_t{ky} * batch.image.line(),
                        .a_row = 1,
                        .a_col = 0,
                        .b = batch.dz,
                        .b_row = batch.filters,
                        .c = dw + int64_t{ky} * batch.line() * batch.filters,
                        .c_row = batch.filters,
                        .accumulate = true,
                        .a_columns = batch.windows});
}

// dx += dz · weightᵀ, line by line of the window: a product yields every window's line, which is added at its place.
template <class T>
void add_input_gradient(const Batch<T>& batch, const T* transposed, T* lines, T* dx) {
  const int line = batch.line();
  for (int ky = 0; ky < batch.image.window.size.height; ++ky, transposed += int64_t{batch.filters} * line) {
    gemm<T>({.m = batch.positions(),
             .n = line,
             .k = batch.filters,
             .a = batch.dz,
             .a_row = batch.filters,
             .a_col = 1,
             .b = transposed,
             .b_row = line,
             .c = lines,
             .c_row = line});
    T* dx_line = dx + int64_t{ky} * batch.image.line();
    for (int p = 0; p < batch.positions(); ++p) {
      T* to = dx_line + batch.windows[p];
      const T* from = lines + int64_t{p} * line;
      for (int i = 0; i < line; ++i) to[i] += from[i];
    }
  }
}

template <class T>
const T* transposed_weight(BasicTape<T>& tape, const Node<T>& weight) {
  const int line = weight.shape[1] * weight.shape[2], filters = weight.shape[3];
  T* transposed = tape.scratch(weight.shape.size());
  for (int64_t i = 0; i < weight.shape.size(); i += line * filters)
    transpose(weight.value + i, filters, line, filters, transposed + i, line);
  return transposed;
}

// integers: the activation; indices: the window, then the offset of each window.
template <class T>
void conv2d_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>*x = node.inputs[0], *weight = node.inputs[1];
  const WindowedImage image = internal::windowed(x->shape, internal::read_window(node.indices));
  const int rows = x->shape[0], filters = node.shape[3], positions = image.positions();
  const int together = images_together(image, rows);
  const auto activation = static_cast<Activation>(node.integers[0]);
  T* db = node.inputs[2] ? tape.zeroed_sink(node.inputs[2]) : nullptr;
  T* dw = tape.zeroed_sink(weight);
  const GradientSink<T> dx = tape.sink(x);
  int* windows = tape.index_scratch(int64_t{together} * positions);
  for (int i = 0; i < together; ++i)
    for (int p = 0; p < positions; ++p)
      windows[i * positions + p] =
          static_cast<int>(i * image.padded_size()) + node.indices[internal::window_numbers + p];
  T* own_dz = activation == Activation::none ? nullptr : tape.scratch(int64_t{together} * positions * filters);
  T* padded = dw ? padding_scratch(tape, image, together) : nullptr;
  T* padded_dx = dx.data ? padding_scratch(tape, image, together) : nullptr;
  const T* transposed = dx.data ? transposed_weight(tape, *weight) : nullptr;
  T* lines = dx.data ? tape.scratch(int64_t{together} * positions * weight->shape[1] * weight->shape[2]) : nullptr;

  for (int row = 0; row < rows; row += together) {
    Batch<T> batch{image, std::min(together, rows - row), filters, windows, nullptr};
    const int64_t begin = int64_t{row} * positions * filters;
    batch.dz = node.gradient + begin;
    if (own_dz) {
      activation_gradient(activation, node.value + begin, batch.dz, own_dz, batch.positions() * filters);
      batch.dz = own_dz;
    }
    if (db) add_column_sums(batch.dz, batch.positions(), filters, db);
    if (dw) add_weight_gradient(batch, pad(image, x->value + row * image.input_size(), batch.count, padded), dw);
    if (!dx.data) continue;
    T* own_dx = dx.data + row * image.input_size();
    if (dx.fresh) std::fill_n(own_dx, batch.count * image.input_size(), T(0));
    if (padded_dx) std::fill_n(padded_dx, batch.count * image.padded_size(), T(0));
    add_input_gradient(batch, transposed, lines, padded_dx ? padded_dx : own_dx);
    if (padded_dx) add_without_padding(image, padded_dx, batch.count, own_dx);
  }
}
template <class T>
constexpr Operation<T> conv2d_operation{"conv2d", conv2d_backward<T>};

}  // namespace

template <class T>
BasicTensor<T> conv2d(BasicTensor<T> x, BasicTensor<T> weight, BasicTensor<T> bias, const SlidingWindow& window,
                      Activation activation) {
  const WindowedImage image = internal::check_windowed(x, window, "conv2d");
  const Shape &w = weight.shape(), &b = bias.shape();
  const bool has_bias = !(b.rank() == 1 && b[0] == 0);
  if (w.rank() != 4 || !(w == Shape{window.size.height, window.size.width, image.channels, w[3]}) ||
      (has_bias && !(b == Shape{w[3]})))
    internal::shape_error(
        x.tape(), "conv2d",
        fmt::format("input {}, weight {}, bias {}: the weight must be [{}, {}, {}, filters], the bias "
                    "[filters]",
                    x.shape().text(), w.text(), b.text(), window.size.height, window.size.width, image.channels));
  const int filters = w[3], rows = x.shape()[0];
  BasicTape<T>& tape = x.tape();
  Node<T>* node = tape.make_node(conv2d_operation<T>, {rows, image.output.height, image.output.width, filters},
                                 {x.node(), weight.node(), has_bias ? bias.node() : nullptr});
  node->integers[0] = static_cast<int>(activation);
  int* numbers = tape.index_scratch(internal::window_numbers + image.positions());
  internal::write_window(numbers, window);
  find_windows(image, numbers + internal::window_numbers);
  node->indices = numbers;
  T* padded = padding_scratch(tape, image, 1);
  for (int row = 0; row < rows; ++row)
    convolve(image, numbers + internal::window_numbers, pad(image, x.data() + row * image.input_size(), 1, padded),
             weight.data(), has_bias ? bias.data() : nullptr, filters, activation,
             node->value + int64_t{row} * image.positions() * filters);
  return {tape, node};
}

#define SINEW_INSTANTIATE(T) \
  template BasicTensor<T> conv2d(BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, const SlidingWindow&, Activation);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
