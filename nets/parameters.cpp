#include "nets/parameters.h"

#include <cassert>

#include "core/error.h"
#include "nets/kernels/gemm.h"

namespace sinew {

std::string Shape::text() const {
  std::string text = "[";
  for (int i = 0; i < rank_; ++i) text += (i ? ", " : "") + std::to_string(extents_[i]);
  return text + "]";
}

template <class T>
BasicParameter<T>& BasicParameters<T>::add(std::string name, Shape shape) {
  if (find(name)) fail("two parameters are named '{}'", name);
  const int64_t offset = size();
  values_.resize(values_.size() + static_cast<size_t>(shape.size()));
  touch();
  return list_.emplace_back(std::move(name), shape, offset, static_cast<int>(list_.size()), this);
}

template <class T>
BasicParameter<T>* BasicParameters<T>::find(std::string_view name) {
  for (BasicParameter<T>& parameter : list_)
    if (parameter.name == name) return &parameter;
  return nullptr;
}

template <class T>
void BasicParameters<T>::prepare_backward() {
  if (transposed_version_ == version_) return;
  transposed_.resize(values_.size());
  for (const BasicParameter<T>& p : list_)
    if (p.shape.rank() == 2)
      transpose(values_.data() + p.offset, p.shape[0], p.shape[1], transposed_.data() + p.offset);
  transposed_version_ = version_;
}

template class BasicParameters<float>;
template class BasicParameters<double>;

}  // namespace sinew
