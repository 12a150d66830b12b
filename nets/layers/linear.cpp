#include "nets/layers/linear.h"

#include "nets/tape/init.h"

namespace sinew {

template <class T>
BasicLinear<T>::BasicLinear(BasicParameters<T>& parameters, const std::string& name, int inputs, int outputs, Rng& rng,
                            const InitConfig& init)
    : name_(name),
      weight_(&parameters.add(name + ".weight", {inputs, outputs})),
      bias_(&parameters.add(name + ".bias", {outputs})) {
  if (init.scheme == "kaiming")
    kaiming_init(weight_->values(), inputs, init.gain, rng);
  else
    orthogonal_init(weight_->values(), inputs, outputs, init.gain, rng);
}

template <class T>
BasicTensor<T> BasicLinear<T>::operator()(BasicTensor<T> x) const {
  const typename BasicTape<T>::Scope scope(x.tape(), name_.c_str());
  return affine(x, x.tape().parameter(*weight_), x.tape().parameter(*bias_), activation_);
}

template <class T>
bool BasicLinear<T>::fuse(Activation activation) {
  if (activation_ != Activation::none) return false;
  activation_ = activation;
  return true;
}

template class BasicLinear<float>;
template class BasicLinear<double>;

}  // namespace sinew
