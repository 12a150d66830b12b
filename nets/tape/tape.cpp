#include "nets/tape/tape.h"

#include <algorithm>
#include <new>

namespace sinew {

void Arena::add_chunk(size_t bytes) {
  chunks_.emplace_back(static_cast<std::byte*>(::operator new(bytes, std::align_val_t{alignment})));
  current_ = chunks_.back().get();
  capacity_ = bytes;
  used_ = 0;
  total_ += bytes;
}

void Arena::grow(size_t bytes) { add_chunk(std::max({bytes, total_, size_t{1} << 14})); }

void Arena::join() {
  const size_t bytes = total_;
  chunks_.clear();
  total_ = 0;
  add_chunk(bytes);
}

namespace {

template <class T>
constexpr Operation<T> constant_operation{"constant", nullptr};
template <class T>
constexpr Operation<T> parameter_operation{"parameter", nullptr};

}  // namespace

template <class T>
Node<T>* BasicTape<T>::new_node(Shape shape) {
  Node<T>* node = new (arena_.allocate(sizeof(Node<T>))) Node<T>;
  node->tape = this;
  node->shape = shape;
  node->scope = scope_;
  node->previous = last_;
  last_ = node;
  return node;
}

template <class T>
BasicTensor<T> BasicTape<T>::view(Shape shape, const T* values, const char* label) {
  Node<T>* node = new_node(shape);
  node->label = label;
  node->operation = &constant_operation<T>;
  node->value = const_cast<T*>(values);  // no operation writes into its inputs
  return Tensor(*this, node);
}

template <class T>
BasicTensor<T> BasicTape<T>::constant(Shape shape, std::span<const T> values) {
  if (static_cast<int64_t>(values.size()) != shape.size())
    fail("constant: {} numbers do not fill the shape {}", values.size(), shape.text());
  T* copy = scratch(shape.size());
  std::copy(values.begin(), values.end(), copy);
  return view(shape, copy);
}

template <class T>
BasicTensor<T> BasicTape<T>::variable(Shape shape, std::span<const T> values) {
  const Tensor tensor = constant(shape, values);
  tensor.node()->requires_gradient = mode_ == TapeMode::record;
  return tensor;
}

template <class T>
void BasicTape<T>::find_leaf_table(const BasicParameters<T>* set) {
  for (LeafTable& table : leaf_tables_)
    if (table.set == set) {
      leaf_table_ = &table;
      return;
    }
  leaf_table_ = &leaf_tables_.emplace_back(LeafTable{set, {}});
}

template <class T>
Node<T>* BasicTape<T>::leaf_of(const BasicParameter<T>& parameter) {
  if (!leaf_table_ || leaf_table_->set != parameter.set) find_leaf_table(parameter.set);
  const size_t index = static_cast<size_t>(parameter.index);
  std::vector<Node<T>*>& leaves = leaf_table_->by_index;
  if (index >= leaves.size()) leaves.resize(index + 1);
  Node<T>*& leaf = leaves[index];
  if (!leaf || leaf->parameter != &parameter) {
    leaf = &leaf_table_->nodes.emplace_back();
    leaf->tape = this;
    leaf->shape = parameter.shape;
    leaf->operation = &parameter_operation<T>;
    leaf->parameter = &parameter;
    leaf->requires_gradient = mode_ == TapeMode::record && !parameter.is_statistic;
  }
  leaf->value = parameter.values().data();  // the set may have grown, and moved
  return leaf;
}

template <class T>
BasicTensor<T> BasicTape<T>::parameter(const BasicParameter<T>& parameter) {
  return Tensor(*this, leaf_of(parameter));
}

template <class T>
Node<T>* BasicTape<T>::make_node(const Operation<T>& operation, Shape shape, std::initializer_list<Node<T>*> inputs) {
  Node<T>* node = new_node(shape);
  node->operation = &operation;
  int i = 0;
  for (Node<T>* input : inputs) {
    node->inputs[i++] = input;
    if (input && input->requires_gradient) node->requires_gradient = true;
  }
  node->value = scratch(shape.size());
  return node;
}

template <class T>
Node<T>* BasicTape<T>::make_alias(const Operation<T>& operation, Shape shape, Node<T>* input) {
  Node<T>* node = new_node(shape);
  node->operation = &operation;
  node->inputs[0] = input;
  node->requires_gradient = input->requires_gradient;
  node->value = input->value;
  return node;
}

template <class T>
GradientSink<T> BasicTape<T>::sink(Node<T>* input) {
  if (!input || !input->wants_gradient) return {};
  if (input->gradient) return {input->gradient, false};
  input->gradient = scratch(input->shape.size());
  return {input->gradient, true};
}

template <class T>
T* BasicTape<T>::zeroed_sink(Node<T>* input) {
  const GradientSink<T> destination = sink(input);
  if (destination.fresh) std::fill_n(destination.data, input->shape.size(), T(0));
  return destination.data;
}

template <class T>
void BasicTape<T>::freeze_leaves() {
  for (LeafTable& table : leaf_tables_)
    for (Node<T>& leaf : table.nodes) {
      leaf.wants_gradient = false;
      leaf.gradient = nullptr;
    }
}

template <class T>
void BasicTape<T>::ask_leaves(const BasicGradients<T>& wanted) {
  const int64_t begin = wanted.begin, end = begin + static_cast<int64_t>(wanted.into.size());
  for (LeafTable& table : leaf_tables_) {
    if (table.set != wanted.set) continue;
    for (Node<T>& leaf : table.nodes) {
      const int64_t first = leaf.parameter->offset, last = first + leaf.shape.size();
      if (last <= begin || first >= end || !leaf.requires_gradient) continue;
      if (first < begin || last > end)
        fail("backward: the gradients of {} to {} are asked for, which cuts the parameter '{}' in two", begin, end,
             leaf.parameter->name);
      if (leaf.wants_gradient) fail("backward: the gradient of '{}' is asked for twice", leaf.parameter->name);
      leaf.wants_gradient = true;
      leaf.gradient = wanted.into.data() + (first - begin);
    }
  }
}

// In recording order: a node wants a gradient when an input does, or when it is a variable.
template <class T>
void BasicTape<T>::ask_nodes() {
  Node<T>* next = nullptr;
  Node<T>* first = nullptr;
  for (Node<T>* node = last_; node; node = node->previous) {
    node->gradient = nullptr;  // that of an earlier loss
    node->next = next;
    first = next = node;
  }
  for (Node<T>* node = first; node; node = node->next) {
    bool has_inputs = false, wants = false;
    for (const Node<T>* input : node->inputs) {
      has_inputs = has_inputs || input;
      wants = wants || (input && input->wants_gradient);
    }
    node->wants_gradient = node->requires_gradient && (wants || !has_inputs);
  }
}

template <class T>
void BasicTape<T>::backward(const Tensor& loss, std::span<const BasicGradients<T>> wanted) {
  assert(mode_ == TapeMode::record && "backward() on a tape that only infers");
  if (loss.size() != 1) fail("backward: the loss has shape {}, not one element", loss.shape().text());
  freeze_leaves();
  for (const BasicGradients<T>& gradients : wanted) ask_leaves(gradients);
  ask_nodes();
  if (T* seed = zeroed_sink(loss.node())) seed[0] += T(1);
  for (Node<T>* node = loss.node(); node; node = node->previous)
    if (node->gradient && node->operation->backward) node->operation->backward(*this, *node);
}

template class BasicTape<float>;
template class BasicTape<double>;

}  // namespace sinew
