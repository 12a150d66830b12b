#include "nets/tape/not_finite.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/error.h"

namespace sinew {
namespace {

template <class T>
using Nodes = std::vector<const Node<T>*>;

// The nodes in the order they were recorded.
template <class T>
Nodes<T> list_nodes(const BasicTape<T>& tape) {
  Nodes<T> nodes;
  for (const Node<T>* node = tape.last(); node; node = node->previous) nodes.push_back(node);
  return {nodes.rbegin(), nodes.rend()};
}

bool is_minus_infinity(double x) { return std::isinf(x) && x < 0; }

// The index of the first number that is not finite, or -1.
template <class T>
int64_t find_in(const T* numbers, int64_t count, bool pass_over_minus_infinity = false) {
  for (int64_t i = 0; i < count; ++i)
    if (!std::isfinite(numbers[i]) && !(pass_over_minus_infinity && is_minus_infinity(numbers[i]))) return i;
  return -1;
}

template <class T>
bool is_input(const Node<T>& node) {
  return !node.parameter && !node.operation->backward && !node.inputs[0];
}

template <class T>
bool has_minus_infinity(const Node<T>& node) {
  for (int64_t i = 0; i < node.shape.size(); ++i)
    if (is_minus_infinity(node.value[i])) return true;
  return false;
}

// -inf may be intended in an input, and in values computed from such a tensor.
template <class T>
bool may_have_minus_infinity(const Node<T>& node) {
  if (is_input(node)) return true;
  for (const Node<T>* input : node.inputs)
    if (input && has_minus_infinity(*input)) return true;
  return false;
}

// "the operation 'log' of 'actor.2'".
template <class T>
std::string name_of(const Node<T>& node) {
  if (node.parameter) return fmt::format("the parameter '{}'", node.parameter->name);
  const std::string layer = *node.scope ? fmt::format(" of '{}'", node.scope) : "";
  if (!is_input(node)) return fmt::format("the operation '{}'{}", node.operation->name, layer);
  return *node.label ? fmt::format("the input '{}'{}", node.label, layer) : "an unnamed input" + layer;
}

// "-inf at [3, 1] of [64, 6]".
template <class T>
std::string number_at(const T* numbers, int64_t place, const Shape& shape) {
  const std::string number = fmt::format("{}", std::isnan(numbers[place]) ? std::abs(numbers[place]) : numbers[place]);
  if (shape.rank() == 0) return number;
  Shape index = shape;
  for (int axis = shape.rank() - 1; axis >= 0; place /= shape[axis--])
    index = index.with(axis, static_cast<int>(place % shape[axis]));
  return fmt::format("{} at {} of {}", number, index.text(), shape.text());
}

template <class T>
std::string describe_inputs(const Node<T>& node) {
  for (const Node<T>* input : node.inputs)
    if (const int64_t place = input ? find_in(input->value, input->shape.size()) : -1; place >= 0)
      return fmt::format("{}, which it reads, has {}", name_of(*input), number_at(input->value, place, input->shape));
  return "its inputs are finite";
}

template <class T>
std::optional<std::string> check_value(const Node<T>& node) {
  int64_t place = find_in(node.value, node.shape.size());
  if (place < 0) return {};
  if (may_have_minus_infinity(node)) place = find_in(node.value, node.shape.size(), true);
  if (place < 0) return {};
  const std::string number = number_at(node.value, place, node.shape);
  if (node.parameter || is_input(node)) return fmt::format("{} has {}", name_of(node), number);
  return fmt::format("{} gives {}; {}", name_of(node), number, describe_inputs(node));
}

template <class T>
std::optional<std::string> find_value(const Nodes<T>& nodes) {
  for (const Node<T>* node : nodes) {
    for (const Node<T>* input : node->inputs)
      if (input && input->parameter)
        if (auto text = check_value(*input)) return text;
    if (auto text = check_value(*node)) return text;
  }
  return {};
}

// The operations that sent a gradient to `target`, in the order backward() visited them.
template <class T>
std::string name_senders(const Nodes<T>& nodes, const Node<T>& target) {
  std::string names;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node)
    for (const Node<T>* input : (*node)->inputs)
      if (input == &target && (*node)->gradient) {
        names += (names.empty() ? "" : ", or ") + name_of(**node);
        break;
      }
  return names;
}

template <class T>
std::optional<std::string> check_gradient(const Nodes<T>& nodes, const Node<T>& node) {
  const int64_t place = find_in<T>(node.gradient, node.shape.size());
  if (place < 0) return {};
  return fmt::format("{} sends back a gradient that is not finite: that of {} is {}; the values are in order",
                     name_senders(nodes, node), name_of(node), number_at<T>(node.gradient, place, node.shape));
}

// A node's gradient is complete before backward() visits the node. The first gradient that is not finite was therefore
// computed by the operations that sent it, whose own gradients are finite.
template <class T>
std::optional<std::string> find_gradient(const Nodes<T>& nodes) {
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node)
    if ((*node)->gradient)
      if (auto text = check_gradient(nodes, **node)) return text;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node)
    for (const Node<T>* input : (*node)->inputs)
      if (input && input->parameter && input->gradient && (*node)->gradient)
        if (auto text = check_gradient(nodes, *input)) return text;
  return {};
}

}  // namespace

template <class T>
std::optional<std::string> find_not_finite(const BasicTape<T>& tape) {
  const Nodes<T> nodes = list_nodes(tape);
  if (auto text = find_value(nodes)) return text;
  return find_gradient<T>(nodes);
}

template std::optional<std::string> find_not_finite(const BasicTape<float>&);
template std::optional<std::string> find_not_finite(const BasicTape<double>&);

}  // namespace sinew
