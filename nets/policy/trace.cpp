#include "nets/policy/trace.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace sinew {
namespace {

const char* activation_name(Activation activation) {
  switch (activation) {
    case Activation::none: return "";
    case Activation::tanh: return "tanh";
    case Activation::relu: return "relu";
    case Activation::elu: return "elu";
    case Activation::sigmoid: return "sigmoid";
  }
  return "";
}

int64_t count_flops(const Node<float>& node) {
  const std::string name = node.operation->name;
  if (name == "constant" || name == "parameter" || name == "reshape" || name == "slice" || name == "concat") return 0;
  if (name == "conv2d") {
    const Shape& weight = node.inputs[1]->shape;
    return 2 * node.shape.size() * (weight.size() / std::max(1, weight[3])) + node.shape.size();
  }
  if (name == "max_pool" || name == "average_pool")
    return node.shape.size() * node.indices[0] * node.indices[1];  // one operation per element of its window
  if (name == "lstm" || name == "gru")                             // the product, and the gates' operations on it
    return 2 * node.inputs[1]->shape.size() * node.shape[0] + 3 * node.shape[0] * node.inputs[1]->shape[1];
  if (name == "attention")  // two products with each position of the window, and its term of the sum
    return 6 * node.shape.size() * (node.integers[1] + 1);
  if (name.ends_with("_state") || name == "window" || name == "frame_stack") return 0;
  if (name == "affine" || name == "matmul") return 2 * node.shape.size() * node.inputs[1]->shape[0] + node.shape.size();
  return node.shape.size();
}

// Appends a node after those of its inputs that are still missing (the leaves of parameters).
int append(const Node<float>* node, std::map<const Node<float>*, int>& index, Trace& trace) {
  if (const auto known = index.find(node); known != index.end()) return known->second;
  TraceStep step;
  for (const Node<float>* input : node->inputs)
    if (input) step.inputs.push_back(append(input, index, trace));
  step.operation = node->operation->name;
  step.layer = node->scope;
  (step.inputs.empty() ? step.source : step.result) = node->parameter ? node->parameter->name : node->label;
  step.shape = node->shape;
  step.flops = count_flops(*node);
  if (step.operation == "affine" || step.operation == "conv2d")
    step.activation = activation_name(static_cast<Activation>(node->integers[0]));
  if (step.operation == "slice") step.integers = {node->integers[0], node->integers[0] + node->shape.columns()};
  if (step.operation == "conv2d" || step.operation == "max_pool" || step.operation == "average_pool")
    step.integers.assign(node->indices, node->indices + 6);  // height and width of window, stride, padding
  if (step.operation == "group_norm") step.integers = {node->integers[0]};
  if (step.operation == "attention") step.integers = {node->integers[2]};  // heads
  for (const float scalar : node->scalars) step.scalars.push_back(scalar);
  while (!step.scalars.empty() && step.scalars.back() == 0) step.scalars.pop_back();
  const int place = static_cast<int>(trace.steps.size());
  index.emplace(node, place);
  trace.steps.push_back(std::move(step));
  return place;
}

Trace read_tape(const Tape& tape) {
  std::vector<const Node<float>*> nodes;
  for (const Node<float>* node = tape.last(); node; node = node->previous) nodes.push_back(node);
  std::map<const Node<float>*, int> index;
  Trace trace;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) append(*node, index, trace);
  return trace;
}

}  // namespace

int64_t Trace::flops() const {
  int64_t total = 0;
  for (const TraceStep& step : steps) total += step.flops;
  return total;
}

namespace {

// One row of zeros, for any sensors of the policy.
struct BlankRow {
  BlankRow(const Policy& policy, int state_size)
      : numbers(policy.observation_size()), state(state_size), images(policy.image_size()) {}
  ObservationRows rows() const { return {1, numbers.data(), images.data()}; }
  Sequence step(Tape& tape) const {
    if (state.empty()) return {};
    return {tape.view({1, static_cast<int>(state.size())}, state.data(), "state"), {}};
  }
  std::vector<float> numbers, state;
  std::vector<uint8_t> images;
};

}  // namespace

Trace trace_actor(const Policy& policy) {
  Tape tape(TapeMode::infer);
  const BlankRow row(policy, policy.state_size());
  Sequence step = row.step(tape);
  policy.command(policy.observe(tape, row.rows()), step);
  return read_tape(tape);
}

Trace trace_critic(const Policy& policy, const Critic& critic) {
  Tape tape(TapeMode::infer);
  const BlankRow row(policy, critic.state_size());
  Sequence step = row.step(tape);
  const Observations observations = policy.observe_normalized(tape, row.rows(), "normalized");
  critic(policy.actor().trunk(observations, step), observations, step);
  return read_tape(tape);
}

std::string to_json(const Trace& trace) {
  nlohmann::json list = nlohmann::json::array();
  for (const TraceStep& step : trace.steps) {
    nlohmann::json item{{"operation", step.operation}};
    if (!step.layer.empty()) item["layer"] = step.layer;
    if (!step.source.empty()) item["source"] = step.source;
    if (!step.result.empty()) item["result"] = step.result;
    if (!step.inputs.empty()) item["inputs"] = step.inputs;
    if (!step.activation.empty()) item["activation"] = step.activation;
    if (!step.scalars.empty()) item["scalars"] = step.scalars;
    if (!step.integers.empty()) item["integers"] = step.integers;
    for (int i = 0; i < step.shape.rank(); ++i) item["shape"].push_back(step.shape[i]);
    list.push_back(std::move(item));
  }
  return list.dump();
}

}  // namespace sinew
