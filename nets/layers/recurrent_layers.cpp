#include "nets/layers/recurrent_layers.h"

#include <algorithm>
#include <cmath>

#include "nets/layers/function_layer.h"
#include "nets/tape/init.h"

namespace sinew {
namespace {

// [inputs, gates · units]; each gate's block is initialised as a separate matrix.
template <class T>
BasicParameter<T>& add_gate_weights(LayerContext<T>& context, const char* name, int inputs, int gates, int units,
                                    const InitConfig& init) {
  BasicParameter<T>& weight = context.parameters.add(context.name + name, {inputs, gates * units});
  std::vector<T> block(static_cast<size_t>(inputs) * units);
  for (int gate = 0; gate < gates; ++gate) {
    if (init.scheme == "kaiming")
      kaiming_init<T>(block, inputs, init.gain, context.rng);
    else
      orthogonal_init<T>(block, inputs, units, init.gain, context.rng);
    for (int row = 0; row < inputs; ++row)
      std::copy_n(&block[static_cast<size_t>(row) * units], units,
                  weight.values().begin() + (static_cast<int64_t>(row) * gates + gate) * units);
  }
  return weight;
}

}  // namespace

template <class T>
BasicRecurrentLayer<T>::BasicRecurrentLayer(Cell cell, LayerContext<T>& context, const RecurrentOptions& options)
    : cell_(cell), name_(context.name), units_(options.units) {
  const int inputs = context.input[0], units = units_, gates = cell == Cell::lstm ? 4 : 3;
  state_size_ = cell == Cell::lstm ? 2 * units : units;
  state_begin_ = context.take_memory(state_size_);
  input_weight_ = &add_gate_weights(context, ".input_weight", inputs, gates, units, options.init);
  BasicParameter<T>& bias = context.parameters.add(name_ + ".bias", {gates * units});
  bias_ = &bias;
  hidden_weight_ = &add_gate_weights(context, ".hidden_weight", units, gates, units, options.init);
  if (cell == Cell::gru) hidden_bias_ = &context.parameters.add(name_ + ".hidden_bias", {units});
  start_biases(bias.values(), options.chrono, context.rng);
  if (options.layer_norm) {
    input_scale_ = &context.parameters.add_filled(name_ + ".input_scale", {gates * units}, T(1));
    hidden_scale_ = &context.parameters.add_filled(name_ + ".hidden_scale", {gates * units}, T(1));
    if (cell == Cell::lstm) {
      cell_scale_ = &context.parameters.add_filled(name_ + ".cell_scale", {units}, T(1));
      cell_shift_ = &context.parameters.add(name_ + ".cell_shift", {units});
    }
  }
}

template <class T>
void BasicRecurrentLayer<T>::start_biases(std::span<T> bias, int chrono, Rng& rng) const {
  const std::span<T> keeping = bias.subspan(units_, units_);  // an LSTM's forget gate, a GRU's update gate
  if (chrono == 0) {
    if (cell_ == Cell::lstm) std::ranges::fill(keeping, T(1));
    return;
  }
  for (int i = 0; i < units_; ++i) {
    keeping[i] = static_cast<T>(std::log(rng.uniform(1, std::max(2, chrono) - 1)));
    if (cell_ == Cell::lstm) bias[i] = -keeping[i];
  }
}

template <class T>
BasicTensor<T> BasicRecurrentLayer<T>::gates(BasicTensor<T> x) const {
  BasicTape<T>& tape = x.tape();
  const BasicTensor<T> weight = tape.parameter(*input_weight_), bias = tape.parameter(*bias_);
  if (!input_scale_) return affine(x, weight, bias);
  return layer_norm(matmul(x, weight), tape.parameter(*input_scale_), bias);
}

template <class T>
BasicTensor<T> BasicRecurrentLayer<T>::run(BasicTensor<T> x, BasicSequence<T>& sequence) const {
  BasicTape<T>& tape = x.tape();
  const typename BasicTape<T>::Scope scope(tape, name_.c_str());
  const BasicTensor<T> from_input = gates(x), memory = sequence.memory(x, state_begin_, state_size_);
  const auto optional = [&tape](const BasicParameter<T>* parameter) {
    return parameter ? tape.parameter(*parameter) : BasicTensor<T>();
  };
  const CellNorm<T> norm{optional(hidden_scale_), optional(cell_scale_), optional(cell_shift_)};
  const BasicTensor<T> weight = tape.parameter(*hidden_weight_);
  const Recurrence<T> result =
      cell_ == Cell::lstm ? lstm(from_input, weight, memory, sequence.resets(), norm)
                          : gru(from_input, weight, tape.parameter(*hidden_bias_), memory, sequence.resets(), norm);
  sequence.leave(result.next_state);
  return result.outputs;
}

namespace {

// {lstm: 128} or {lstm: {units: 128, layer_norm: true}}.
template <class T, typename BasicRecurrentLayer<T>::Cell cell>
std::unique_ptr<BasicLayer<T>> make_recurrent(const ConfigNode& options, LayerContext<T>& context) {
  const char* name = cell == BasicRecurrentLayer<T>::Cell::lstm ? "lstm" : "gru";
  RecurrentOptions read;
  if (options.is_null()) fail("{} needs its size, as in {{{}: 128}}", name, name);
  if (options.is_map())
    read_value(options, read);
  else
    read_value(options, read.units);
  check_range(options, read.units, between(1, 1 << 12));
  expect_numbers(options, context);
  if (read.init.scheme == "orthogonal" && takes_too_long(std::max(context.input[0], read.units), read.units, 8))
    throw options.error(fmt::format(
        "weights of [{}, {}] for each gate take too long to start orthogonal; give it init: {{scheme: kaiming}}",
        std::max(context.input[0], read.units), read.units));
  return std::make_unique<BasicRecurrentLayer<T>>(cell, context, read);
}

}  // namespace

template <class T>
LayerTable<T> recurrent_layers() {
  using Cell = typename BasicRecurrentLayer<T>::Cell;
  return {
      {"lstm", "long short-term memory: {lstm: 128}, or with its options", make_recurrent<T, Cell::lstm>,
       list_parameters<RecurrentOptions>()},
      {"gru", "gated recurrent unit: {gru: 128}, or with its options", make_recurrent<T, Cell::gru>,
       list_parameters<RecurrentOptions>()},
  };
}

template class BasicRecurrentLayer<float>;
template class BasicRecurrentLayer<double>;
template LayerTable<float> recurrent_layers();
template LayerTable<double> recurrent_layers();

}  // namespace sinew
