#pragma once
#include "nets/layers/layer.h"
#include "nets/ops/recurrent.h"

namespace sinew {

struct RecurrentOptions {
  int units = 0;
  bool layer_norm = false;
  /// Initialises the gates' biases so that the units' memory lasts for times spread evenly from 1 to this: log U(1,
  /// chrono - 1) for the gate that keeps, its negative for an LSTM's input gate (Tallec & Ollivier 2018).
  int chrono = 0;
  InitConfig init{"orthogonal", 1.0};
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("units", units, between(1, 1 << 12), "numbers of the output, which are remembered");
    v.optional("layer_norm", layer_norm, "normalises what the gates are computed from");
    v.optional("chrono", chrono, between(0, 1 << 20),
               "longest time, in steps, that something has to be remembered; 0: not given");
    v.optional("init", init, "how its weights are initialised, gate by gate");
  }
};

/// LSTM or GRU over sequences (nets/ops/recurrent.h): the gates' part from the input for all rows at once, then step by
/// step. Parameters: input_weight [inputs, gates · units], bias, hidden_weight [units, gates · units]; for a GRU
/// hidden_bias [units] of the candidate; with normalisation also input_scale, hidden_scale, and for an LSTM cell_scale
/// and cell_shift. Weights start orthogonal, gate by gate. Biases start at 0, an LSTM's forget gate at 1 (Jozefowicz et
/// al. 2015), unless `chrono` overrides this. Memory per sequence: the output, and for an LSTM the cell.
template <class T>
class BasicRecurrentLayer : public BasicMemoryLayer<T> {
 public:
  enum class Cell { lstm, gru };
  BasicRecurrentLayer(Cell cell, LayerContext<T>& context, const RecurrentOptions& options);

  BasicTensor<T> run(BasicTensor<T> x, BasicSequence<T>& sequence) const override;
  Shape output_shape() const override { return {units_}; }

 private:
  void start_biases(std::span<T> bias, int chrono, Rng& rng) const;
  BasicTensor<T> gates(BasicTensor<T> x) const;

  Cell cell_;
  std::string name_;
  int units_, state_size_, state_begin_;
  const BasicParameter<T>*input_weight_, *bias_, *hidden_weight_, *hidden_bias_ = nullptr;
  const BasicParameter<T>*input_scale_ = nullptr, *hidden_scale_ = nullptr;
  const BasicParameter<T>*cell_scale_ = nullptr, *cell_shift_ = nullptr;
};

/// The rows of the table whose layers have memory: lstm, gru.
template <class T>
LayerTable<T> recurrent_layers();

}  // namespace sinew
