#pragma once
#include "nets/layers/layer.h"
#include "nets/ops/attention.h"

namespace sinew {

/// Multi-head attention of a step over a window of normalised rows (nets/ops/attention.h). Parameters: query, key,
/// value, distance and output [width, width], content_bias and position_bias [width] (Dai et al. 2019's u and v),
/// output_bias.
template <class T>
class RelativeAttention {
 public:
  RelativeAttention(LayerContext<T>& context, const std::string& name, int width, int heads, int memory);
  /// x: the steps' rows; window.rows holds the window's. Both are [.., width] and not yet normalised.
  BasicTensor<T> operator()(BasicTensor<T> x, const StepWindow<T>& window) const;

 private:
  int width_, heads_, memory_;
  std::vector<T> sinusoids_;  // [memory + 1, width], of the distances 0, 1, …
  const BasicParameter<T>*norm_scale_, *norm_shift_, *query_, *key_, *value_, *distance_, *content_bias_,
      *position_bias_, *output_, *output_bias_;
};

/// x + attention over the last `memory` steps and this one: {attention: {heads, memory}}. Memory per sequence: the
/// inputs of those steps, and their number.
template <class T>
class BasicAttention : public BasicMemoryLayer<T> {
 public:
  BasicAttention(LayerContext<T>& context, int heads, int memory);
  BasicTensor<T> run(BasicTensor<T> x, BasicSequence<T>& sequence) const override;
  Shape output_shape() const override { return {width_}; }

 private:
  std::string name_;
  int width_, state_size_, state_begin_;
  RelativeAttention<T> attention_;
};

struct GtrxlOptions {
  int units = 0;
  int blocks = 1;
  int heads = 4;
  int memory = 0;
  int hidden = 0;
  double gate_bias = 2;
  int hidden_width() const { return hidden > 0 ? hidden : 4 * units; }
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("units", units, between(1, 1 << 12), "width of the residual stream and of the output");
    v.optional("blocks", blocks, between(1, 32), "layers of attention, each with a memory of its own");
    v.optional("heads", heads, between(1, 64), "number of attention heads; it must divide units");
    v.required("memory", memory, between(1, 1 << 12), "how many steps each block looks back");
    v.optional("hidden", hidden, between(0, 1 << 14), "width inside the position-wise network; 0: 4 · units");
    v.optional("gate_bias", gate_bias, "initial bias of the gates; the larger, the nearer a block is to the identity");
  }
};

/// Gated transformer with a memory of fixed length (GTrXL, Parisotto et al. 2020): a linear embedding of the input,
/// then blocks of attention and a position-wise network. Both are normalised before, rectified after, and pass through
/// a GRU's gates.
template <class T>
class BasicGtrxl : public BasicMemoryLayer<T> {
 public:
  BasicGtrxl(LayerContext<T>& context, const GtrxlOptions& options);
  BasicTensor<T> run(BasicTensor<T> x, BasicSequence<T>& sequence) const override;
  Shape output_shape() const override { return {units_}; }

 private:
  // g(x, y) = (1 - z) · x + z · h of Parisotto et al.'s equations, the GRU variant.
  struct Gate {
    Gate(LayerContext<T>& context, const std::string& name, int units, double bias);
    BasicTensor<T> operator()(BasicTensor<T> x, BasicTensor<T> y) const;
    int units;
    const BasicParameter<T>*from_y, *bias, *from_x, *candidate;
  };
  struct Block {
    RelativeAttention<T> attention;
    Gate attention_gate;
    const BasicParameter<T>*norm_scale, *norm_shift, *hidden, *hidden_bias, *output, *output_bias;
    Gate output_gate;
  };
  Block make_block(LayerContext<T>& context, const std::string& name, const GtrxlOptions& options) const;

  std::string name_;
  int units_, state_size_, state_begin_ = 0;  // size of one block's memory
  const BasicParameter<T>*embedding_, *embedding_bias_;
  std::vector<Block> blocks_;
};

/// The rows of the table: attention, gtrxl.
template <class T>
LayerTable<T> attention_layers();

}  // namespace sinew
