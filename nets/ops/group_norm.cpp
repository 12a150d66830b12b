#include <algorithm>

#include "nets/ops/column_statistics_internal.h"
#include "nets/ops/image_internal.h"

// Group normalisation: layer normalisation over each image's groups of channels.
namespace sinew {
namespace {

using internal::Block;
using internal::sum_columns;
using simd::Vec;

// Images [rows, height, width, channels]: each is a matrix of pixels by channels, cut into groups of columns.
struct Images {
  Images(const Shape& shape, int groups)
      : rows(shape[0]), pixels(shape[1] * shape[2]), channels(shape[3]), width(channels / groups) {}
  int rows, pixels, channels;
  int width;  // of a group

  int64_t begin(int row) const { return int64_t{row} * pixels * channels; }
  int per_group() const { return pixels * width; }
};

// Replaces a number per channel by the mean over its group's pixels: `sums` holds sums over an image's pixels.
template <class T>
void average_over_groups(const Images& images, T* sums) {
  for (int first = 0; first < images.channels; first += images.width) {
    double total = 0;
    for (int c = first; c < first + images.width; ++c) total += sums[c];
    std::fill_n(sums + first, images.width, static_cast<T>(total / images.per_group()));
  }
}

// For one image x [pixels, channels]: the mean and inverse deviation of each channel's group.
template <class T>
void find_group_statistics(const Images& images, const T* x, T epsilon, T* mean, T* inverse) {
  const int n = images.channels;
  sum_columns(
      images.pixels, n, [&](int pixel, const Block<T>& block) { return block.load(x + int64_t{pixel} * n); }, mean);
  average_over_groups(images, mean);
  sum_columns(
      images.pixels, n,
      [&](int pixel, const Block<T>& block) {
        const Vec<T> distance = block.load(x + int64_t{pixel} * n) - block.load(mean);
        return distance * distance;
      },
      inverse);
  average_over_groups(images, inverse);
  for (int c = 0; c < n; ++c) inverse[c] = 1 / std::sqrt(inverse[c] + epsilon);
}

template <class T>
void add(int n, const T* numbers, T* to) {
  if (to)
    for (int i = 0; i < n; ++i) to[i] += numbers[i];
}

template <class T>
void scale_by(int n, const T* factors, T* numbers) {
  for (int i = 0; i < n; ++i) numbers[i] *= factors[i];
}

// As in layer_norm, with groups in place of rows. integers: the groups; scalars: epsilon; numbers: each image's means,
// then its inverse deviations, one a channel.
template <class T>
void group_norm_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>*x = node.inputs[0], *scale = node.inputs[1], *shift = node.inputs[2];
  const Images images(node.shape, node.integers[0]);
  const int n = images.channels;
  T *dscale = tape.zeroed_sink(scale), *dshift = tape.zeroed_sink(shift);
  const GradientSink<T> dx = tape.sink(x);
  T *g = tape.scratch(2 * int64_t{n}), *gn = g + n;
  for (int row = 0; row < images.rows; ++row) {
    const T *mean = node.numbers + int64_t{row} * 2 * n, *inverse = mean + n;
    const auto dy = [&](int pixel, const Block<T>& block) {
      return block.load(node.gradient + images.begin(row) + int64_t{pixel} * n);
    };
    const auto normal = [&](int pixel, const Block<T>& block) {
      return (block.load(x->value + images.begin(row) + int64_t{pixel} * n) - block.load(mean)) * block.load(inverse);
    };
    sum_columns(images.pixels, n, dy, g);
    sum_columns(
        images.pixels, n, [&](int pixel, const Block<T>& block) { return dy(pixel, block) * normal(pixel, block); },
        gn);
    add(n, g, dshift);
    add(n, gn, dscale);
    if (!dx.data) continue;
    for (T* sums : {g, gn}) {
      scale_by(n, scale->value, sums);
      average_over_groups(images, sums);
    }
    internal::for_blocks<T>(n, [&](const Block<T>& block) {
      const Vec<T> factor = block.load(scale->value), mean_g = block.load(g), mean_gn = block.load(gn),
                   inverse_deviation = block.load(inverse);
      for (int pixel = 0; pixel < images.pixels; ++pixel)
        block.put({dx.data + images.begin(row) + int64_t{pixel} * n, dx.fresh},
                  (dy(pixel, block) * factor - mean_g - normal(pixel, block) * mean_gn) * inverse_deviation);
    });
  }
}
template <class T>
constexpr Operation<T> group_norm_operation{"group_norm", group_norm_backward<T>};

}  // namespace

template <class T>
BasicTensor<T> group_norm(BasicTensor<T> x, BasicTensor<T> scale, BasicTensor<T> shift, int groups, double epsilon) {
  internal::check_image(x, "group_norm");
  const int channels = x.shape()[3];
  if (groups < 1 || channels % groups != 0 || !(scale.shape() == Shape{channels}) ||
      !(shift.shape() == Shape{channels}))
    internal::shape_error(x.tape(), "group_norm",
                          fmt::format("input {}, {} groups, scale {}, shift {}: the groups must divide the channels, "
                                      "scale and shift be one number a channel",
                                      x.shape().text(), groups, scale.shape().text(), shift.shape().text()));
  Node<T>* node = x.tape().make_node(group_norm_operation<T>, x.shape(), {x.node(), scale.node(), shift.node()});
  node->integers[0] = groups;
  node->scalars[0] = static_cast<T>(epsilon);
  const Images images(x.shape(), groups);
  T* statistics = x.tape().scratch(2 * int64_t{images.rows} * channels);
  node->numbers = statistics;
  for (int row = 0; row < images.rows; ++row, statistics += 2 * channels) {
    const T *in = x.data() + images.begin(row), *mean = statistics, *inverse = statistics + channels;
    find_group_statistics(images, in, node->scalars[0], statistics, statistics + channels);
    internal::for_blocks<T>(channels, [&](const Block<T>& block) {
      const Vec<T> factor = block.load(inverse) * block.load(scale.data()), middle = block.load(mean),
                   offset = block.load(shift.data());
      for (int64_t pixel = 0; pixel < images.pixels; ++pixel)
        block.store(node->value + images.begin(row) + pixel * channels,
                    (block.load(in + pixel * channels) - middle) * factor + offset);
    });
  }
  return {x.tape(), node};
}

template BasicTensor<float> group_norm(BasicTensor<float>, BasicTensor<float>, BasicTensor<float>, int, double);
template BasicTensor<double> group_norm(BasicTensor<double>, BasicTensor<double>, BasicTensor<double>, int, double);

}  // namespace sinew
