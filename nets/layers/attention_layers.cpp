#include "nets/layers/attention_layers.h"

#include <algorithm>
#include <cmath>

#include "nets/layers/function_layer.h"
#include "nets/tape/init.h"

namespace sinew {
namespace {

template <class T>
const BasicParameter<T>* add_weight(LayerContext<T>& context, const std::string& name, int inputs, int outputs,
                                    double gain = 1) {
  BasicParameter<T>& weight = context.parameters.add(name, {inputs, outputs});
  orthogonal_init(weight.values(), inputs, outputs, gain, context.rng);
  return &weight;
}

template <class T>
const BasicParameter<T>* add_filled(LayerContext<T>& context, const std::string& name, int size, double value) {
  return &context.parameters.add_filled(name, {size}, static_cast<T>(value));
}

}  // namespace

template <class T>
RelativeAttention<T>::RelativeAttention(LayerContext<T>& context, const std::string& name, int width, int heads,
                                        int memory)
    : width_(width),
      heads_(heads),
      memory_(memory),
      norm_scale_(add_filled(context, name + ".norm_scale", width, 1)),
      norm_shift_(add_filled(context, name + ".norm_shift", width, 0)),
      query_(add_weight(context, name + ".query", width, width)),
      key_(add_weight(context, name + ".key", width, width)),
      value_(add_weight(context, name + ".value", width, width)),
      distance_(add_weight(context, name + ".distance", width, width)),
      content_bias_(add_filled(context, name + ".content_bias", width, 0)),
      position_bias_(add_filled(context, name + ".position_bias", width, 0)),
      output_(add_weight(context, name + ".output", width, width)),
      output_bias_(add_filled(context, name + ".output_bias", width, 0)) {
  // Vaswani et al. 2017, applied to distances: sin and cos of wavelengths from 2π to 10000 · 2π.
  for (int distance = 0; distance <= memory; ++distance)
    for (int i = 0; i < width; ++i) {
      const double angle = distance * std::pow(10000.0, -2.0 * (i / 2) / width);
      sinusoids_.push_back(static_cast<T>(i % 2 == 0 ? std::sin(angle) : std::cos(angle)));
    }
}

template <class T>
BasicTensor<T> RelativeAttention<T>::operator()(BasicTensor<T> x, const StepWindow<T>& window) const {
  BasicTape<T>& tape = x.tape();
  const auto of = [&tape](const BasicParameter<T>* parameter) { return tape.parameter(*parameter); };
  const auto normalized = [&](BasicTensor<T> rows) { return layer_norm(rows, of(norm_scale_), of(norm_shift_)); };
  const BasicTensor<T> seen = normalized(window.rows), query = matmul(normalized(x), of(query_));
  const BasicTensor<T> distances =
      matmul(tape.view({memory_ + 1, width_}, sinusoids_.data(), "distances"), of(distance_));
  const BasicTensor<T> mixed = attention(query + of(content_bias_), query + of(position_bias_), matmul(seen, of(key_)),
                                         matmul(seen, of(value_)), distances, window, heads_);
  return affine(mixed, of(output_), of(output_bias_));
}

template <class T>
BasicAttention<T>::BasicAttention(LayerContext<T>& context, int heads, int memory)
    : name_(context.name),
      width_(context.input[0]),
      state_size_(memory * width_ + 1),
      state_begin_(context.take_memory(state_size_)),
      attention_(context, context.name, width_, heads, memory) {}

template <class T>
BasicTensor<T> BasicAttention<T>::run(BasicTensor<T> x, BasicSequence<T>& sequence) const {
  const typename BasicTape<T>::Scope scope(x.tape(), name_.c_str());
  const StepWindow<T> window = look_back(x, sequence.memory(x, state_begin_, state_size_), sequence.resets());
  sequence.leave(window.next_state);
  return x + attention_(x, window);
}

template <class T>
BasicGtrxl<T>::Gate::Gate(LayerContext<T>& context, const std::string& name, int width, double gate_bias)
    : units(width),
      from_y(add_weight(context, name + ".from_y", width, 3 * width)),
      from_x(add_weight(context, name + ".from_x", width, 2 * width)),
      candidate(add_weight(context, name + ".candidate", width, width)) {
  BasicParameter<T>& own_bias = context.parameters.add(name + ".bias", {3 * width});
  std::ranges::fill(own_bias.values().subspan(width, width), static_cast<T>(-gate_bias));
  bias = &own_bias;
}

template <class T>
BasicTensor<T> BasicGtrxl<T>::Gate::operator()(BasicTensor<T> x, BasicTensor<T> y) const {
  BasicTape<T>& tape = x.tape();
  const BasicTensor<T> of_y = affine(y, tape.parameter(*from_y), tape.parameter(*bias));
  const BasicTensor<T> of_x = matmul(x, tape.parameter(*from_x));
  const BasicTensor<T> reset = sigmoid(slice(of_y, 0, units) + slice(of_x, 0, units));
  const BasicTensor<T> update = sigmoid(slice(of_y, units, 2 * units) + slice(of_x, units, 2 * units));
  const BasicTensor<T> h = tanh(slice(of_y, 2 * units, 3 * units) + matmul(reset * x, tape.parameter(*candidate)));
  return x + update * (h - x);
}

template <class T>
typename BasicGtrxl<T>::Block BasicGtrxl<T>::make_block(LayerContext<T>& context, const std::string& name,
                                                        const GtrxlOptions& options) const {
  const int hidden = options.hidden_width();
  return {.attention = {context, name + ".attention", units_, options.heads, options.memory},
          .attention_gate = {context, name + ".attention_gate", units_, options.gate_bias},
          .norm_scale = add_filled(context, name + ".norm_scale", units_, 1),
          .norm_shift = add_filled(context, name + ".norm_shift", units_, 0),
          .hidden = add_weight(context, name + ".hidden", units_, hidden, std::sqrt(2.0)),
          .hidden_bias = add_filled(context, name + ".hidden_bias", hidden, 0),
          .output = add_weight(context, name + ".output", hidden, units_),
          .output_bias = add_filled(context, name + ".output_bias", units_, 0),
          .output_gate = {context, name + ".output_gate", units_, options.gate_bias}};
}

template <class T>
BasicGtrxl<T>::BasicGtrxl(LayerContext<T>& context, const GtrxlOptions& options)
    : name_(context.name), units_(options.units), state_size_(options.memory * options.units + 1) {
  embedding_ = add_weight(context, name_ + ".embedding", context.input[0], units_);
  embedding_bias_ = add_filled(context, name_ + ".embedding_bias", units_, 0);
  state_begin_ = context.take_memory(state_size_, options.blocks);
  for (int i = 0; i < options.blocks; ++i)
    blocks_.push_back(make_block(context, fmt::format("{}.{}", name_, i), options));
}

template <class T>
BasicTensor<T> BasicGtrxl<T>::run(BasicTensor<T> x, BasicSequence<T>& sequence) const {
  BasicTape<T>& tape = x.tape();
  const typename BasicTape<T>::Scope scope(tape, name_.c_str());
  const auto of = [&tape](const BasicParameter<T>* parameter) { return tape.parameter(*parameter); };
  x = affine(x, of(embedding_), of(embedding_bias_));
  int begin = state_begin_;
  for (const Block& block : blocks_) {
    const StepWindow<T> window = look_back(x, sequence.memory(x, begin, state_size_), sequence.resets());
    sequence.leave(window.next_state);
    begin += state_size_;
    x = block.attention_gate(x, relu(block.attention(x, window)));
    const BasicTensor<T> hidden = affine(layer_norm(x, of(block.norm_scale), of(block.norm_shift)), of(block.hidden),
                                         of(block.hidden_bias), Activation::relu);
    x = block.output_gate(x, affine(hidden, of(block.output), of(block.output_bias), Activation::relu));
  }
  return x;
}

namespace {

struct AttentionOptions {
  int heads = 4, memory = 0;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("heads", heads, between(1, 64), "number of attention heads; it must divide the width of the input");
    v.required("memory", memory, between(1, 1 << 12), "how many steps it looks back");
  }
};

// Requirements of both layers: heads that divide the width, and few enough matrices to start orthogonal.
template <class T>
void check_width(const ConfigNode& options, const LayerContext<T>& context, int width, int heads, int64_t matrices) {
  expect_numbers(options, context);
  if (width % heads != 0)
    throw options.error(fmt::format("layer '{}': {} heads do not divide {} numbers", context.name, heads, width));
  if (takes_too_long(width, width, matrices))
    throw options.error(
        fmt::format("layer '{}': {} matrices of [{}, {}] take too long to start orthogonal; make it narrower",
                    context.name, matrices, width, width));
}

template <class T>
std::unique_ptr<BasicLayer<T>> make_attention(const ConfigNode& options, LayerContext<T>& context) {
  if (options.is_null()) fail("attention needs its memory, as in {{attention: {{heads: 4, memory: 16}}}}");
  AttentionOptions read;
  read_value(options, read);
  check_width(options, context, context.input.columns(), read.heads, 5);
  return std::make_unique<BasicAttention<T>>(context, read.heads, read.memory);
}

template <class T>
std::unique_ptr<BasicLayer<T>> make_gtrxl(const ConfigNode& options, LayerContext<T>& context) {
  if (options.is_null()) fail("gtrxl needs its size and memory, as in {{gtrxl: {{units: 64, memory: 32}}}}");
  GtrxlOptions read;
  read_value(options, read);
  const int hidden = (read.hidden_width() + read.units - 1) / read.units;
  // Per block: 5 of its attention, 6 of each gate, and those of the position-wise network.
  check_width(options, context, read.units, read.heads, int64_t{read.blocks} * (5 + 2 * 6 + 2 * hidden));
  return std::make_unique<BasicGtrxl<T>>(context, read);
}

}  // namespace

template <class T>
LayerTable<T> attention_layers() {
  return {
      {"attention", "multi-head attention over the last steps, added to its input", make_attention<T>,
       list_parameters<AttentionOptions>()},
      {"gtrxl", "gated transformer with a memory of fixed length (Parisotto et al. 2020)", make_gtrxl<T>,
       list_parameters<GtrxlOptions>()},
  };
}

template class RelativeAttention<float>;
template class RelativeAttention<double>;
template class BasicAttention<float>;
template class BasicAttention<double>;
template class BasicGtrxl<float>;
template class BasicGtrxl<double>;
template LayerTable<float> attention_layers();
template LayerTable<double> attention_layers();

}  // namespace sinew
