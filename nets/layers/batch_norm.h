#pragma once
#include "nets/layers/layer.h"
#include "nets/ops/ops.h"

namespace sinew {

/// Normalises each column (for an image, each channel) to mean 0 and variance 1 over the batch, then scales and shifts:
/// scale [n] (starts at 1), shift [n] (starts at 0). An inferring tape replaces the batch's statistics by mean [n]
/// (starts at 0) and variance [n] (starts at 1), which are stored beside the parameters and not trained.
template <class T>
class BasicBatchNorm : public BasicLayer<T> {
 public:
  /// `input`: the extents of one row.
  BasicBatchNorm(BasicParameters<T>& parameters, const std::string& name, Shape input);
  BasicTensor<T> operator()(BasicTensor<T> x) const override;
  Shape output_shape() const override { return shape_; }
  bool has_batch_statistics() const override { return true; }

 private:
  std::string name_;
  Shape shape_;
  const BasicParameter<T>* scale_;
  const BasicParameter<T>* shift_;
  const BasicParameter<T>* mean_;
  const BasicParameter<T>* variance_;
};

using BatchNorm = BasicBatchNorm<float>;

}  // namespace sinew
