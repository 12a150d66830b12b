#pragma once
#include "nets/layers/layer.h"
#include "nets/ops_recurrent.h"

namespace sinew {

/// LSTM or GRU over sequences (nets/ops_recurrent.h): the gates' part from the input for all rows at once, then step
/// by step. Parameters: input_weight [inputs, gates · units], bias, hidden_weight [units, gates · units], of a GRU
/// hidden_bias [units] of the candidate; normalised, also input_scale, hidden_scale, and of an LSTM cell_scale and
/// cell_shift. Weights start orthogonal, gate by gate; biases at 0, an LSTM's forget gate at 1 (Jozefowicz et al.
/// 2015). Memory per sequence: the output, and of an LSTM the cell.
template <class T>
class BasicRecurrentLayer : public BasicMemoryLayer<T> {
 public:
  enum class Cell { lstm, gru };
  BasicRecurrentLayer(Cell cell, LayerContext<T>& context, int units, bool layer_norm, const InitConfig& init);

  BasicTensor<T> run(BasicTensor<T> x, BasicSequence<T>& sequence) const override;
  Shape output_shape() const override { return {units_}; }

 private:
  BasicTensor<T> gates(BasicTensor<T> x) const;

  Cell cell_;
  std::string name_;
  int units_, state_size_, state_begin_;
  const BasicParameter<T>*input_weight_, *bias_, *hidden_weight_, *hidden_bias_ = nullptr;
  const BasicParameter<T>*input_scale_ = nullptr, *hidden_scale_ = nullptr;
  const BasicParameter<T>*cell_scale_ = nullptr, *cell_shift_ = nullptr;
};

/// The rows of the table whose layers remember: lstm, gru.
template <class T>
LayerTable<T> recurrent_layers();

}  // namespace sinew
