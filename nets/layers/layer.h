#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/parameter_list.h"
#include "core/random.h"
#include "nets/kernels/gemm.h"
#include "nets/layers/sequence.h"

namespace sinew {

/// A piece of a network with one input and one output. It refers to a set's parameters and stores no values: the same
/// layer serves any number of tapes at once.
template <class T>
class BasicLayer {
 public:
  virtual ~BasicLayer() = default;
  /// x: [rows, …input extents] → [rows, …output extents]. For a layer with memory, every row is an episode's first.
  virtual BasicTensor<T> operator()(BasicTensor<T> x) const = 0;
  /// The same for rows that follow each other in time, which matters to layers with memory.
  virtual BasicTensor<T> run(BasicTensor<T> x, BasicSequence<T>&) const { return (*this)(x); }
  /// Extents of one output row.
  virtual Shape output_shape() const = 0;
  /// Fuses the activation that follows, if the layer can; else returns false.
  virtual bool fuse(Activation) { return false; }
  /// Whether, in training, a row's output depends on the other rows. All rows of a minibatch then go through one tape,
  /// and absorb_batch_statistics follows the step.
  virtual bool has_batch_statistics() const { return false; }
};

/// A layer with memory, or one that may contain such a layer.
template <class T>
class BasicMemoryLayer : public BasicLayer<T> {
 public:
  BasicTensor<T> operator()(BasicTensor<T> x) const final {
    BasicSequence<T> first_steps;
    return run(x, first_steps);
  }
  BasicTensor<T> run(BasicTensor<T> x, BasicSequence<T>& sequence) const override = 0;
};

/// Initialisation of weights: the scheme, and the gain of layers inside the network (heads have their own).
struct InitConfig {
  std::string scheme = "orthogonal";
  double gain = 1.41421356237;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("scheme", scheme, Choices{"orthogonal", "kaiming"}, "how weights are drawn");
    v.optional("gain", gain, above(0), "scale of the weights inside the network; heads have their own");
  }
};

/// Everything a layer is constructed from.
template <class T>
struct LayerContext {
  BasicParameters<T>& parameters;
  Rng& rng;
  std::string name;  // "actor.0"; its parameters are named name + ".weight"
  Shape input;       // extents of one row
  InitConfig init;
  MemoryLayout* memory = nullptr;  // of the network so far; null: no memory is available here

  /// As MemoryLayout::take().
  int take_memory(int size, int layers = 1) const {
    return with_context(fmt::format("layer '{}'", name), [&] {
      if (!memory) fail("it needs memory, and there is none here");
      return memory->take(size, layers);
    });
  }
};

/// A row of the table of layers: its YAML name, its help text, its factory. `options` is the value behind the name: 64
/// in {linear: 64}, null in a plain `tanh`.
template <class T>
struct LayerRow {
  std::string name;
  std::string help;
  std::function<std::unique_ptr<BasicLayer<T>>(const ConfigNode& options, LayerContext<T>& context)> make;
  std::vector<ParameterDoc> parameters;  // its options, as `sinew layers` lists them
};

/// The layers that YAML may name. A plain value: a custom program adds rows.
template <class T>
using LayerTable = std::vector<LayerRow<T>>;

template <class T>
LayerTable<T> builtin_layers();

using Layer = BasicLayer<float>;

}  // namespace sinew
