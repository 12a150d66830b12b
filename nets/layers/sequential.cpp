#include "nets/layers/sequential.h"

#include <algorithm>
#include <optional>

namespace sinew {
namespace {

std::optional<Activation> fusible(const std::string& name) {
  if (name == "tanh") return Activation::tanh;
  if (name == "relu") return Activation::relu;
  if (name == "elu") return Activation::elu;
  if (name == "sigmoid") return Activation::sigmoid;
  return std::nullopt;
}

constexpr size_t most_layers = 1024;

}  // namespace

template <class T>
BasicSequential<T>::BasicSequential(const LayerList& list, const LayerTable<T>& table, LayerContext<T> context)
    : output_(context.input) {
  if (list.size() > most_layers)
    throw list[most_layers].error(fmt::format("more than {} layers in a list", most_layers));
  const std::string prefix = context.name;
  for (size_t i = 0; i < list.size(); ++i) {
    static const ConfigNode no_options;
    const bool plain = list[i].is_scalar();
    const std::string& name = plain ? list[i].text() : list[i].single_entry().first;
    const ConfigNode& options = plain ? no_options : list[i].single_entry().second;
    const auto row = std::ranges::find(table, name, &LayerRow<T>::name);
    if (row == table.end()) {
      std::vector<std::string> known;
      for (const LayerRow<T>& candidate : table) known.push_back(candidate.name);
      throw list[i].error(fmt::format("there is no layer '{}'{}", name, suggestion(name, known)));
    }
    const auto activation = options.is_null() ? fusible(name) : std::nullopt;  // with options: make() refuses them
    if (activation && !layers_.empty() && layers_.back()->fuse(*activation)) continue;
    context.name = fmt::format("{}.{}", prefix, i);
    context.input = output_;
    const auto make = [&] { return row->make(options, context); };
    layers_.push_back(plain ? with_context(list[i].where(), make) : make());  // missing options have no location
    output_ = layers_.back()->output_shape();
  }
}

template <class T>
BasicTensor<T> BasicSequential<T>::run(BasicTensor<T> x, BasicSequence<T>& sequence) const {
  for (const auto& layer : layers_) x = layer->run(x, sequence);
  return x;
}

template <class T>
bool BasicSequential<T>::has_batch_statistics() const {
  return std::ranges::any_of(layers_, [](const auto& layer) { return layer->has_batch_statistics(); });
}

template class BasicSequential<float>;
template class BasicSequential<double>;

}  // namespace sinew
