#pragma once
#include "nets/layers/layer.h"

namespace sinew {

/// Looks up a table row for each number of the input, an index: [rows, n] → [rows, n · size]. The table [count, size]
/// starts standard normal. An index that is not a whole number from 0 to count - 1 is an Error.
template <class T>
class BasicEmbedding : public BasicLayer<T> {
 public:
  BasicEmbedding(LayerContext<T>& context, int count, int size);
  BasicTensor<T> operator()(BasicTensor<T> x) const override;
  Shape output_shape() const override { return {outputs_}; }

 private:
  std::string name_;
  int outputs_;
  const BasicParameter<T>* table_;
};

/// The row of the table: embedding.
template <class T>
LayerRow<T> embedding_row();

}  // namespace sinew
