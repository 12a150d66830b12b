#include "nets/layers/batch_norm.h"

#include <algorithm>

namespace sinew {

template <class T>
BasicBatchNorm<T>::BasicBatchNorm(BasicParameters<T>& parameters, const std::string& name, Shape input)
    : name_(name),
      shape_(input),
      scale_(&parameters.add_filled(name + ".scale", {input.columns()}, T(1))),
      shift_(&parameters.add(name + ".shift", {input.columns()})),
      mean_(&parameters.add_statistic(name + ".mean", {input.columns()})),
      variance_(&parameters.add_statistic(name + ".variance", {input.columns()})) {
  std::ranges::fill(variance_->values(), T(1));
}

template <class T>
BasicTensor<T> BasicBatchNorm<T>::operator()(BasicTensor<T> x) const {
  BasicTape<T>& tape = x.tape();
  const typename BasicTape<T>::Scope scope(tape, name_.c_str());
  return batch_norm(x, tape.parameter(*scale_), tape.parameter(*shift_), tape.parameter(*mean_),
                    tape.parameter(*variance_));
}

template class BasicBatchNorm<float>;
template class BasicBatchNorm<double>;

}  // namespace sinew
