#pragma once
#include "nets/layers/layer.h"
#include "nets/ops/ops.h"

namespace sinew {

/// y = activation(x · weight + bias): weight [inputs, outputs], bias [outputs] (starts at 0).
template <class T>
class BasicLinear : public BasicLayer<T> {
 public:
  BasicLinear(BasicParameters<T>& parameters, const std::string& name, int inputs, int outputs, Rng& rng,
              const InitConfig& init = {});

  BasicTensor<T> operator()(BasicTensor<T> x) const override;
  Shape output_shape() const override { return {weight_->shape[1]}; }
  bool fuse(Activation activation) override;

 private:
  std::string name_;
  const BasicParameter<T>* weight_;
  const BasicParameter<T>* bias_;
  Activation activation_ = Activation::none;
};

using Linear = BasicLinear<float>;

}  // namespace sinew
