#include "nets/policy/encoders.h"

#include <algorithm>
#include <array>

namespace sinew {
namespace {

// An image keeps its shape; any other sensor counts as a row of numbers.
Shape shape_of(const SensorSpec& sensor) {
  if (sensor.shape.size() != 3) return {sensor.size()};
  return {sensor.shape[0], sensor.shape[1], sensor.shape[2]};
}

}  // namespace

template <class T>
BasicEncoders<T>::BasicEncoders(const InterfaceSpec& spec, const NetworkConfig& config, std::string_view used_by,
                                const LayerTable<T>& layers, const LayerContext<T>& context) {
  int numbers = 0, bytes = 0;  // of the sensors so far
  for (const SensorSpec& sensor : spec.sensors) {
    int& begin = sensor.is_image() ? bytes : numbers;
    const int first = begin;
    begin += sensor.size();
    const EncoderConfig& own = config.encoder(sensor.name);
    if (own.used_by != used_by) continue;
    LayerContext<T> its = context;
    its.name = "encoder." + sensor.name;
    its.input = own.layers.empty() ? Shape{sensor.size()} : shape_of(sensor);
    list_.push_back(
        {sensor.is_image(), first, begin, its.input, std::make_unique<BasicSequential<T>>(own.layers, layers, its)});
    const Shape output = list_.back().layers->output_shape();
    if (output.rank() != 1)
      throw own.layers.back().error(
          fmt::format("the encoder of '{}' ends with images of {}; put flatten, or spatial_softargmax, at its end",
                      sensor.name, output.text()));
    features_ += output[0];
  }
}

template <class T>
bool BasicEncoders<T>::has_batch_statistics() const {
  return std::ranges::any_of(list_, [](const Encoder& one) { return one.layers->has_batch_statistics(); });
}

template <class T>
BasicTensor<T> BasicEncoders<T>::Encoder::operator()(const Observations& observations,
                                                     BasicSequence<T>& sequence) const {
  const BasicTensor<T>& all = is_image ? observations.images : observations.numbers;
  const BasicTensor<T> columns = end - begin == all.shape().columns() ? all : slice(all, begin, end);
  if (input.rank() == 1) return layers->run(columns, sequence);
  return layers->run(reshape(columns, {columns.shape()[0], input[0], input[1], input[2]}), sequence);
}

template <class T>
BasicTensor<T> BasicEncoders<T>::operator()(BasicTensor<T> before, const Observations& observations,
                                            BasicSequence<T>& sequence) const {
  if (list_.empty()) return before;
  std::array<BasicTensor<T>, max_sensors + 1> parts;
  size_t n = 0;
  if (before.is_there()) parts[n++] = before;
  for (const Encoder& encoder : list_) parts[n++] = encoder(observations, sequence);
  return n == 1 ? parts[0] : concat<T>(std::span<const BasicTensor<T>>(parts.data(), n));
}

template class BasicEncoders<float>;
template class BasicEncoders<double>;

}  // namespace sinew
