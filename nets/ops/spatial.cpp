#include <algorithm>
#include <cmath>

#include "nets/ops/image_internal.h"

// The spatial soft-argmax.
namespace sinew {
namespace {

using internal::Block;
using simd::Vec;

// The coordinate of pixel i of n: -1 for the first, 1 for the last, 0 for the only one.
template <class T>
T coordinate(int i, int n) {
  return n == 1 ? T(0) : T(2) * static_cast<T>(i) / static_cast<T>(n - 1) - T(1);
}

// The softmax over one image's pixels, for a block of channels.
template <class T>
struct SpatialSoftmax {
  const T* image;
  int height, width, channels;
  const Block<T>& block;
  Vec<T> highest, inverse_sum;

  SpatialSoftmax(const T* pixels, const Shape& shape, const Block<T>& own_channels)
      : image(pixels), height(shape[1]), width(shape[2]), channels(shape[3]), block(own_channels) {
    highest = block.load(image);
    for (int p = 1; p < height * width; ++p) {
      const Vec<T> x = block.load(image + int64_t{p} * channels);
      highest = x > highest ? x : highest;
    }
    Vec<T> sum{};
    for (int p = 0; p < height * width; ++p) sum += power(p);
    inverse_sum = 1 / sum;
  }
  Vec<T> power(int p) const { return simd::exp(block.load(image + int64_t{p} * channels) - highest); }

  // Calls body(pixel, its probability, its x, its y).
  template <class Body>
  void for_pixels(Body&& body) const {
    for (int y = 0, p = 0; y < height; ++y)
      for (int x = 0; x < width; ++x, ++p)
        body(p, power(p) * inverse_sum, coordinate<T>(x, width), coordinate<T>(y, height));
  }
};

// The gradient of a channel's logit is p · ((x - E x) · d E x + (y - E y) · d E y).
template <class T>
void spatial_softargmax_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>* x = node.inputs[0];
  const GradientSink<T> dx = tape.sink(x);
  if (!dx.data) return;
  const int channels = x->shape[3];
  const int64_t size = x->shape.size() / std::max(1, x->shape[0]);
  for (int row = 0; row < x->shape[0]; ++row)
    internal::for_blocks<T>(channels, [&](const Block<T>& block) {
      const int64_t first = int64_t{row} * 2 * channels + 2 * block.begin;
      Vec<T> mean_x{}, mean_y{}, dmean_x{}, dmean_y{};
      for (int c = 0; c < block.count; ++c) {
        mean_x[c] = node.value[first + 2 * c];
        mean_y[c] = node.value[first + 2 * c + 1];
        dmean_x[c] = node.gradient[first + 2 * c];
        dmean_y[c] = node.gradient[first + 2 * c + 1];
      }
      const SpatialSoftmax<T> softmax(x->value + row * size, x->shape, block);
      softmax.for_pixels([&](int p, Vec<T> probability, T px, T py) {
        block.put({dx.data + row * size + int64_t{p} * channels, dx.fresh},
                  probability * ((px - mean_x) * dmean_x + (py - mean_y) * dmean_y));
      });
    });
}
template <class T>
constexpr Operation<T> spatial_softargmax_operation{"spatial_softargmax", spatial_softargmax_backward<T>};

}  // namespace

template <class T>
BasicTensor<T> spatial_softargmax(BasicTensor<T> x) {
  internal::check_image(x, "spatial_softargmax");
  const Shape& shape = x.shape();
  if (shape[1] == 0 || shape[2] == 0)
    internal::shape_error(x.tape(), "spatial_softargmax", fmt::format("an image without pixels, {}", shape.text()));
  const int rows = shape[0], channels = shape[3];
  Node<T>* node = x.tape().make_node(spatial_softargmax_operation<T>, {rows, 2 * channels}, {x.node()});
  const int64_t size = int64_t{shape[1]} * shape[2] * channels;
  for (int row = 0; row < rows; ++row)
    internal::for_blocks<T>(channels, [&](const Block<T>& block) {
      Vec<T> mean_x{}, mean_y{};
      const SpatialSoftmax<T> softmax(x.data() + row * size, shape, block);
      softmax.for_pixels([&](int, Vec<T> probability, T px, T py) {
        mean_x += probability * px;
        mean_y += probability * py;
      });
      T* out = node->value + int64_t{row} * 2 * channels + 2 * block.begin;
      for (int c = 0; c < block.count; ++c) {
        out[2 * c] = mean_x[c];
        out[2 * c + 1] = mean_y[c];
      }
    });
  return {x.tape(), node};
}

template BasicTensor<float> spatial_softargmax(BasicTensor<float>);
template BasicTensor<double> spatial_softargmax(BasicTensor<double>);

}  // namespace sinew
