#pragma once
#include <cassert>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "core/error.h"
#include "nets/tape/arena.h"
#include "nets/tape/parameters.h"
#include "nets/tape/shape.h"

/// Reverse-mode automatic differentiation by a tape that is recorded again at each step.
///
///   tape.rewind();
///   Tensor y = output(tanh(hidden(tape.constant({rows, 3}, data))));
///   tape.backward(mean(square(y - target)), {{&parameters, gradients}});
///
/// Ops (nets/ops/ops.h) are free functions. Each computes at once and, on a recording tape, leaves a node behind.
/// rewind() drops the nodes and keeps the memory: a warm step allocates nothing. T is float; double serves the gradient
/// checks. One tape belongs to one thread; parameters are shared between tapes and only read.
namespace sinew {

class Rng;
template <class T>
class BasicTape;
template <class T>
struct Node;

/// An operation's name, and how a node's gradient flows to its inputs (null: it does not).
template <class T>
struct Operation {
  const char* name;
  void (*backward)(BasicTape<T>& tape, Node<T>& node);
};

/// One recorded value.
template <class T>
struct Node {
  BasicTape<T>* tape = nullptr;
  Shape shape;
  T* value = nullptr;
  T* gradient = nullptr;  // null until a gradient arrives
  const Operation<T>* operation = nullptr;
  Node* inputs[6] = {};
  bool requires_gradient = false;                // a gradient of one of its sources may be requested
  bool wants_gradient = false;                   // this backward() requested the gradient of one of its sources
  const BasicParameter<T>* parameter = nullptr;  // of a leaf
  const char* scope = "";                        // the layer that made it
  const char* label = "";                        // the name of an input ("observation")
  Node* previous = nullptr;                      // the node recorded before it
  Node* next = nullptr;                          // the one after it, once backward() has run
  T scalars[2] = {};                             // an operation's constants …
  int integers[3] = {};
  const int* indices = nullptr;  // … in the arena
  const T* numbers = nullptr;    // in the arena, too
};

/// A handle to a value on a tape. It may be copied freely, and is valid until the next rewind().
template <class T>
class BasicTensor {
 public:
  BasicTensor() = default;
  BasicTensor(BasicTape<T>& tape, Node<T>* node) : node_(node), generation_(tape.generation()) {}

  bool is_there() const { return node_ != nullptr; }  // false: it was default-constructed
  const Shape& shape() const { return node()->shape; }
  int64_t size() const { return shape().size(); }
  std::span<const T> values() const { return {node()->value, static_cast<size_t>(size())}; }
  const T* data() const { return node()->value; }
  /// The only number of a tensor of size 1.
  T item() const {
    assert(size() == 1);
    return node()->value[0];
  }
  /// After backward(): d loss / d this; empty when no gradient arrived.
  std::span<const T> gradient() const { return {node()->gradient, node()->gradient ? static_cast<size_t>(size()) : 0}; }
  bool requires_gradient() const { return node()->requires_gradient; }
  BasicTape<T>& tape() const { return *node()->tape; }
  Node<T>* node() const {
    assert(node_ && node_->tape->generation() == generation_ && "a Tensor was used after its tape's rewind()");
    return node_;
  }

 private:
  // Two words, so that it travels in registers.
  Node<T>* node_ = nullptr;
  uint32_t generation_ = 0;
};

/// Destination of a gradient: `fresh` memory is uninitialised and is assigned to, other memory is added to.
template <class T>
struct GradientSink {
  T* data = nullptr;  // null: this gradient is not needed
  bool fresh = false;
};

/// A request to backward(): the gradients of the parameters of `set` that lie in [begin, begin + into.size()) of its
/// flat buffer. They are added to `into`, which is laid out like that range.
template <class T>
struct BasicGradients {
  const BasicParameters<T>* set;
  std::span<T> into;
  int64_t begin = 0;
};

enum class TapeMode {
  record,  // keep nodes for backward()
  infer    // values only
};

template <class T>
class BasicTape {
 public:
  using Tensor = BasicTensor<T>;

  explicit BasicTape(TapeMode mode = TapeMode::record) : mode_(mode) {}
  BasicTape(const BasicTape&) = delete;
  BasicTape& operator=(const BasicTape&) = delete;

  /// Drops every node; all tensors of this tape become invalid. Keeps the memory.
  void rewind() {
    arena_.rewind();
    last_ = nullptr;
    ++generation_;
  }
  TapeMode mode() const { return mode_; }
  uint32_t generation() const { return generation_; }

  /// Inputs: a copy of `values`, or, with `view`, the caller's memory itself, which must outlive the tensor. They
  /// receive no gradient.
  Tensor constant(Shape shape, std::span<const T> values);
  Tensor view(Shape shape, const T* values, const char* label = "");
  Tensor scalar(T value) { return constant({}, std::span<const T>(&value, 1)); }
  /// A constant that receives a gradient (for checks and saliency).
  Tensor variable(Shape shape, std::span<const T> values);
  /// The leaf of a parameter; its values are not copied. The tape keeps its leaves across rewind().
  Tensor parameter(const BasicParameter<T>& parameter);

  /// The source of randomness in training (nets/layers/augment_layers.h); owned by the caller. Kept across rewind().
  /// Without one, and on an inferring tape, nothing is random.
  void set_random(Rng* random) { random_ = random; }
  Rng* random() const { return mode_ == TapeMode::record ? random_ : nullptr; }

  /// Adds d loss / d parameter to the buffers of `wanted`. All other parameters are frozen: gradients flow past them,
  /// to variables and to other parameters, but nothing is computed for them alone. `loss` must have one element. Throws
  /// Error when two buffers share a parameter, or when one holds a part of a parameter.
  void backward(const Tensor& loss, std::span<const BasicGradients<T>> wanted);
  void backward(const Tensor& loss, std::initializer_list<BasicGradients<T>> wanted) {
    backward(loss, std::span(wanted.begin(), wanted.size()));
  }

  // For operations.
  /// A node with uninitialised values of that shape. On a recording tape it stores operation and inputs; it requires a
  /// gradient when an input does.
  Node<T>* make_node(const Operation<T>& operation, Shape shape, std::initializer_list<Node<T>*> inputs);
  /// The same for an operation that only reshapes the values of `input`: no copy.
  Node<T>* make_alias(const Operation<T>& operation, Shape shape, Node<T>* input);
  T* scratch(int64_t count) { return arena_.allocate_array<T>(static_cast<size_t>(count)); }
  int* index_scratch(int64_t count) { return arena_.allocate_array<int>(static_cast<size_t>(count)); }
  GradientSink<T> sink(Node<T>* input);
  /// The same, zeroed when fresh: for gradients that are scattered or summed.
  T* zeroed_sink(Node<T>* input);

  /// The name of the current layer, for error messages and pictures; restored at the end of the scope.
  class Scope {
   public:
    Scope(BasicTape& tape, const char* name) : tape_(tape), outer_(tape.scope_) { tape.scope_ = name; }
    ~Scope() { tape_.scope_ = outer_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    BasicTape& tape_;
    const char* outer_;
  };
  const char* scope() const { return scope_; }

  /// The newest node; `previous` leads to all others except the parameters' leaves, which are inputs of some. Read by
  /// exporters and pictures.
  const Node<T>* last() const { return last_; }

 private:
  Node<T>* new_node(Shape shape);
  Node<T>* leaf_of(const BasicParameter<T>& parameter);
  void find_leaf_table(const BasicParameters<T>* set);
  void freeze_leaves();
  void ask_leaves(const BasicGradients<T>& wanted);
  void ask_nodes();

  TapeMode mode_;
  Arena arena_;
  Node<T>* last_ = nullptr;
  const char* scope_ = "";
  Rng* random_ = nullptr;
  uint32_t generation_ = 1;
  struct LeafTable {
    const BasicParameters<T>* set;
    std::deque<Node<T>> nodes;
    std::vector<Node<T>*> by_index;
  };
  std::deque<LeafTable> leaf_tables_;  // of the few sets that this tape has used
  LeafTable* leaf_table_ = nullptr;    // the last one used
};

using Tape = BasicTape<float>;
using Tensor = BasicTensor<float>;
using Gradients = BasicGradients<float>;

extern template class BasicTape<float>;
extern template class BasicTape<double>;

}  // namespace sinew
