#pragma once
#include "nets/layers/layer.h"
#include "nets/ops/image.h"

namespace sinew {

/// y = activation(x ⋆ weight + bias) over images [height, width, channels]: weight [window height, window
/// width, channels, filters], bias [filters] (starts at 0).
template <class T>
class BasicConv2d : public BasicLayer<T> {
 public:
  /// `input`: the extents of one image. The window must fit it (SlidingWindow::problem).
  BasicConv2d(BasicParameters<T>& parameters, const std::string& name, Shape input, int filters,
              const SlidingWindow& window, Rng& rng, const InitConfig& init = {});

  BasicTensor<T> operator()(BasicTensor<T> x) const override;
  Shape output_shape() const override { return output_; }
  bool fuse(Activation activation) override;

 private:
  std::string name_;
  SlidingWindow window_;
  Shape output_;
  const BasicParameter<T>* weight_;
  const BasicParameter<T>* bias_;
  Activation activation_ = Activation::none;
};

/// Normalises groups of channels to mean 0 and variance 1, then applies scale [channels] (starts at 1) and shift
/// (starts at 0).
template <class T>
class BasicGroupNorm : public BasicLayer<T> {
 public:
  BasicGroupNorm(BasicParameters<T>& parameters, const std::string& name, Shape input, int groups);

  BasicTensor<T> operator()(BasicTensor<T> x) const override;
  Shape output_shape() const override { return shape_; }

 private:
  std::string name_;
  Shape shape_;
  int groups_;
  const BasicParameter<T>* scale_;
  const BasicParameter<T>* shift_;
};

/// The rows of the table whose layers take images: conv, group_norm, max_pool, average_pool, spatial_softargmax; and
/// flatten, which turns images into rows of numbers.
template <class T>
LayerTable<T> image_layers();

using Conv2d = BasicConv2d<float>;
using GroupNorm = BasicGroupNorm<float>;

}  // namespace sinew
