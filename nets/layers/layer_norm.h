#pragma once
#include "nets/layers/layer.h"
#include "nets/ops/ops.h"

namespace sinew {

/// Normalises each row to mean 0 and variance 1, then scales and shifts: scale [n] (starts at 1),
/// shift [n] (starts at 0). Ba et al. 2016.
template <class T>
class BasicLayerNorm : public BasicLayer<T> {
 public:
  BasicLayerNorm(BasicParameters<T>& parameters, const std::string& name, int size);
  BasicTensor<T> operator()(BasicTensor<T> x) const override;
  Shape output_shape() const override { return scale_->shape; }

 private:
  std::string name_;
  const BasicParameter<T>* scale_;
  const BasicParameter<T>* shift_;
};

using LayerNorm = BasicLayerNorm<float>;

}  // namespace sinew
