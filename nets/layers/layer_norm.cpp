#include "nets/layers/layer_norm.h"

namespace sinew {

template <class T>
BasicLayerNorm<T>::BasicLayerNorm(BasicParameters<T>& parameters, const std::string& name, int size)
    : name_(name),
      scale_(&parameters.add_filled(name + ".scale", {size}, T(1))),
      shift_(&parameters.add(name + ".shift", {size})) {}

template <class T>
BasicTensor<T> BasicLayerNorm<T>::operator()(BasicTensor<T> x) const {
  const typename BasicTape<T>::Scope scope(x.tape(), name_.c_str());
  return layer_norm(x, x.tape().parameter(*scale_), x.tape().parameter(*shift_));
}

template class BasicLayerNorm<float>;
template class BasicLayerNorm<double>;

}  // namespace sinew
