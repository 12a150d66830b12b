#include "nets/tape/parameters.h"

#include <algorithm>
#include <cassert>

#include "core/error.h"

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
  if (shape.size() > most_ - offset)
    fail("the network is too large: with '{}' of shape {} it has {} parameters, and {} are allowed", name, shape.text(),
         offset + shape.size(), most_);
  values_.resize(values_.size() + static_cast<size_t>(shape.size()));
  return list_.emplace_back(BasicParameter<T>{std::move(name), shape, offset, static_cast<int>(list_.size()), this});
}

template <class T>
BasicParameter<T>& BasicParameters<T>::add_statistic(std::string name, Shape shape) {
  BasicParameter<T>& parameter = add(std::move(name), shape);
  parameter.is_statistic = true;
  return parameter;
}

template <class T>
BasicParameter<T>& BasicParameters<T>::add_filled(std::string name, Shape shape, T value) {
  BasicParameter<T>& parameter = add(std::move(name), shape);
  std::ranges::fill(parameter.values(), value);
  return parameter;
}

template <class T>
BasicParameter<T>* BasicParameters<T>::find(std::string_view name) {
  for (BasicParameter<T>& parameter : list_)
    if (parameter.name == name) return &parameter;
  return nullptr;
}

template class BasicParameters<float>;
template class BasicParameters<double>;

}  // namespace sinew
