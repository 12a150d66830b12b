#include <cmath>

#include "nets/image_internal.h"

// Group normalisation: layer normalisation over each image's groups of channels.
namespace sinew {
namespace {

// A group of one image: calls body(offset of the element, its channel).
struct Group {
  int64_t begin;  // of the image
  int pixels, channels, first, width;

  template <class Body>
  void for_elements(Body&& body) const {
    for (int p = 0; p < pixels; ++p)
      for (int c = first; c < first + width; ++c) body(begin + int64_t{p} * channels + c, c);
  }
  int count() const { return pixels * width; }
};

template <class Body>
void for_groups(const Shape& shape, int groups, Body&& body) {
  const int pixels = shape[1] * shape[2], channels = shape[3], width = channels / groups;
  for (int row = 0; row < shape[0]; ++row)
    for (int g = 0; g < groups; ++g) body(Group{int64_t{row} * pixels * channels, pixels, channels, g * width, width});
}

template <class T>
struct Moments {
  T mean, inverse_deviation;
};

template <class T>
Moments<T> moments(const Group& group, const T* x, T epsilon) {
  double mean = 0, variance = 0;
  group.for_elements([&](int64_t i, int) { mean += x[i]; });
  mean /= group.count();
  group.for_elements([&](int64_t i, int) { variance += (x[i] - mean) * (x[i] - mean); });
  return {static_cast<T>(mean), static_cast<T>(1 / std::sqrt(variance / group.count() + epsilon))};
}

// As of layer_norm. integers: the groups; scalars: epsilon.
template <class T>
void group_norm_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>*x = node.inputs[0], *scale = node.inputs[1], *shift = node.inputs[2];
  T *dx = tape.zeroed_sink(x), *dscale = tape.zeroed_sink(scale), *dshift = tape.zeroed_sink(shift);
  const T* dy = node.gradient;
  for_groups(node.shape, node.integers[0], [&](const Group& group) {
    const Moments<T> m = moments(group, x->value, node.scalars[0]);
    double mean_g = 0, mean_gn = 0;
    group.for_elements([&](int64_t i, int c) {
      const T normal = (x->value[i] - m.mean) * m.inverse_deviation, g = dy[i] * scale->value[c];
      mean_g += g;
      mean_gn += g * normal;
      if (dscale) dscale[c] += dy[i] * normal;
      if (dshift) dshift[c] += dy[i];
    });
    if (!dx) return;
    const T g_shift = static_cast<T>(mean_g / group.count()), g_scale = static_cast<T>(mean_gn / group.count());
    group.for_elements([&](int64_t i, int c) {
      const T normal = (x->value[i] - m.mean) * m.inverse_deviation;
      dx[i] += (dy[i] * scale->value[c] - g_shift - normal * g_scale) * m.inverse_deviation;
    });
  });
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
  for_groups(x.shape(), groups, [&](const Group& group) {
    const Moments<T> m = moments(group, x.data(), node->scalars[0]);
    group.for_elements([&](int64_t i, int c) {
      node->value[i] = (x.data()[i] - m.mean) * m.inverse_deviation * scale.data()[c] + shift.data()[c];
    });
  });
  return {x.tape(), node};
}

template BasicTensor<float> group_norm(BasicTensor<float>, BasicTensor<float>, BasicTensor<float>, int, double);
template BasicTensor<double> group_norm(BasicTensor<double>, BasicTensor<double>, BasicTensor<double>, int, double);

}  // namespace sinew
