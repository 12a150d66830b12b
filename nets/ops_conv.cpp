#include <cstring>

#include "nets/image_internal.h"

// Convolution as products of gathered matrices: a window's lines are contiguous in the image, so that no copy
// of all windows is made. The gradient of the input alone takes one, of one image at a time.
namespace sinew {
namespace {

using internal::WindowedImage;

// Where the first pixel of each window lies in a padded image.
void find_windows(const WindowedImage& image, int* begins) {
  for (int y = 0; y < image.output.height; ++y)
    for (int x = 0; x < image.output.width; ++x)
      *begins++ = y * image.window.stride.height * image.line() + x * image.window.stride.width * image.channels;
}

// The image with zeros around it, in `scratch` (zero from the start); the image itself where it has no padding.
template <class T>
const T* pad(const WindowedImage& image, const T* x, T* scratch) {
  if (!image.has_padding()) return x;
  const size_t line = static_cast<size_t>(image.input.width) * image.channels;
  for (int y = 0; y < image.input.height; ++y)
    std::memcpy(
        scratch + (y + image.window.padding.height) * image.line() + image.window.padding.width * image.channels,
        x + y * line, line * sizeof(T));
  return scratch;
}

template <class T>
T* padding_scratch(BasicTape<T>& tape, const WindowedImage& image) {
  if (!image.has_padding()) return nullptr;
  T* scratch = tape.scratch(image.padded_size());
  std::fill_n(scratch, image.padded_size(), T(0));
  return scratch;
}

// As many lines of the window at a time as leave their weights in the first-level cache.
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

// d weight += windowsᵀ · dz, line by line of the window.
template <class T>
void add_weight_gradient(const WindowedImage& image, const int* begins, const T* x, const T* dz, int filters, T* dw) {
  const int line = image.window.size.width * image.channels;
  for (int ky = 0; ky < image.window.size.height; ++ky)
    gemm_of_columns<T>({.m = line,
                        .n = filters,
                        .k = image.positions(),
                        .a = x + int64_t{ky} * image.line(),
                        .a_row = 1,
                        .a_col = 0,
                        .b = dz,
                        .b_row = filters,
                        .c = dw + int64_t{ky} * line * filters,
                        .c_row = filters,
                        .accumulate = true,
                        .a_columns = begins});
}

// Adds the gradient of each window to the pixels that it saw.
template <class T>
void add_windows(const WindowedImage& image, const int* begins, const T* windows, T* dx) {
  const int line = image.window.size.width * image.channels;
  for (int p = 0; p < image.positions(); ++p)
    for (int ky = 0; ky < image.window.size.height; ++ky, windows += line) {
      T* to = dx + begins[p] + ky * image.line();
      for (int i = 0; i < line; ++i) to[i] += windows[i];
    }
}

template <class T>
void add_without_padding(const WindowedImage& image, const T* padded, T* dx) {
  const int line = image.input.width * image.channels;
  for (int y = 0; y < image.input.height; ++y) {
    const T* from =
        padded + (y + image.window.padding.height) * image.line() + image.window.padding.width * image.channels;
    for (int i = 0; i < line; ++i) dx[y * line + i] += from[i];
  }
}

// integers: the activation; indices: the window, then where each window begins.
template <class T>
void conv2d_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>*x = node.inputs[0], *weight = node.inputs[1];
  const WindowedImage image = internal::windowed(x->shape, internal::read_window(node.indices));
  const int* begins = node.indices + internal::window_numbers;
  const int filters = weight->shape[3], inner = static_cast<int>(weight->shape.size()) / filters;
  const int positions = image.positions();
  const auto activation = static_cast<Activation>(node.integers[0]);
  T* db = node.inputs[2] ? tape.zeroed_sink(node.inputs[2]) : nullptr;
  T* dw = tape.zeroed_sink(weight);
  T* dx = tape.zeroed_sink(x);
  T* own_dz = activation == Activation::none ? nullptr : tape.scratch(int64_t{positions} * filters);
  T* padded = dw ? padding_scratch(tape, image) : nullptr;
  T *transposed = nullptr, *windows = nullptr, *padded_dx = nullptr;
  if (dx) {
    transposed = tape.scratch(weight->shape.size());
    transpose(weight->value, inner, filters, transposed);
    windows = tape.scratch(int64_t{positions} * inner);
    if (image.has_padding()) padded_dx = tape.scratch(image.padded_size());
  }
  for (int row = 0; row < x->shape[0]; ++row) {
    const int64_t begin = int64_t{row} * positions * filters;
    const T* dz = node.gradient + begin;
    if (own_dz) {
      activation_gradient(activation, node.value + begin, dz, own_dz, positions * filters);
      dz = own_dz;
    }
    if (db)
      for (int p = 0; p < positions; ++p)
        for (int f = 0; f < filters; ++f) db[f] += dz[p * filters + f];
    if (dw)
      add_weight_gradient(image, begins, pad(image, x->value + row * image.input_size(), padded), dz, filters, dw);
    if (!dx) continue;
    gemm<T>({.m = positions,
             .n = inner,
             .k = filters,
             .a = dz,
             .a_row = filters,
             .a_col = 1,
             .b = transposed,
             .b_row = inner,
             .c = windows,
             .c_row = inner});
    T* own_dx = dx + row * image.input_size();
    if (padded_dx) std::fill_n(padded_dx, image.padded_size(), T(0));
    add_windows(image, begins, windows, padded_dx ? padded_dx : own_dx);
    if (padded_dx) add_without_padding(image, padded_dx, own_dx);
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
  T* padded = padding_scratch(tape, image);
  for (int row = 0; row < rows; ++row)
    convolve(image, numbers + internal::window_numbers, pad(image, x.data() + row * image.input_size(), padded),
             weight.data(), has_bias ? bias.data() : nullptr, filters, activation,
             node->value + int64_t{row} * image.positions() * filters);
  return {tape, node};
}

#define SINEW_INSTANTIATE(T) \
  template BasicTensor<T> conv2d(BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, const SlidingWindow&, Activation);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
