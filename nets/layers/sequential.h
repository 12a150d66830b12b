#pragma once
#include "nets/layers/layer.h"

namespace sinew {

/// Layers one after the other, as YAML lists them: `[{linear: 64}, tanh]`.
using LayerList = std::vector<ConfigNode>;

template <class T>
class BasicSequential : public BasicMemoryLayer<T> {
 public:
  /// Makes the layers from the table; the i-th is named context.name + "." + i. An activation that the layer before it
  /// can fuse becomes part of that layer. Throws a located Error for an unknown layer.
  BasicSequential(const LayerList& list, const LayerTable<T>& table, LayerContext<T> context);

  BasicTensor<T> run(BasicTensor<T> x, BasicSequence<T>& sequence) const override;
  Shape output_shape() const override { return output_; }
  bool has_batch_statistics() const override;
  bool empty() const { return layers_.empty(); }

 private:
  std::vector<std::unique_ptr<BasicLayer<T>>> layers_;
  Shape output_;
};

}  // namespace sinew
