// The exchange form says everything: an interpreter that knows nothing but the trace's JSON and the
// tensors of the file does what the policy does. It computes in double.
#include "nets/policy/trace.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "nets/formats/policy_file.h"
#include "nets/formats/safetensors.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"

namespace sinew {
namespace {

using nlohmann::json;
using Row = std::vector<double>;

double activate(const std::string& name, double x) {
  if (name == "tanh") return std::tanh(x);
  if (name == "relu") return std::max(x, 0.0);
  if (name == "elu") return x > 0 ? x : std::exp(x) - 1;
  if (name == "sigmoid") return 1 / (1 + std::exp(-x));
  if (name == "silu") return x / (1 + std::exp(-x));
  if (name == "softplus") return std::log1p(std::exp(x));
  return x;
}

// One observation row through the steps; every value is a row, or a parameter's numbers.
class Interpreter {
 public:
  explicit Interpreter(const TensorFile& file) : file_(file), steps_(json::parse(file.metadata.at("trace"))) {}

  // `state` becomes what is carried on.
  Row run(const Row& observation, Row& state) {
    values_.clear();
    Row next_state;
    for (const json& step : steps_) {
      values_.push_back(step.value("source", "") == "state" ? state : compute(step, observation));
      if (step.value("result", "") == "next_state") next_state = values_.back();
    }
    state = next_state;
    return values_.back();
  }

 private:
  const Row& input(const json& step, size_t i) const { return values_.at(step.at("inputs").at(i).get<size_t>()); }
  static double scalar(const json& step, size_t i) {
    return step.contains("scalars") && i < step["scalars"].size() ? step["scalars"][i].get<double>() : 0;
  }

  Row leaf(const json& step, const Row& observation) const {
    const std::string source = step.at("source");
    if (source == "observation") return observation;
    if (source == "distances") return sinusoids(step.at("shape").at(0), step.at("shape").at(1));
    const std::vector<float> numbers = file_.tensors.at(source).floats();
    return {numbers.begin(), numbers.end()};
  }

  Row affine(const json& step) const {
    const Row &x = input(step, 0), &weight = input(step, 1);
    Row y = input(step, 2);
    for (size_t j = 0; j < y.size(); ++j) {
      for (size_t i = 0; i < x.size(); ++i) y[j] += x[i] * weight[i * y.size() + j];
      y[j] = activate(step.value("activation", ""), y[j]);
    }
    return y;
  }

  static Row sinusoids(int distances, int width) {
    Row rows;
    for (int distance = 0; distance < distances; ++distance)
      for (int i = 0; i < width; ++i) {
        const double angle = distance / std::pow(10000.0, 2.0 * (i / 2) / width);
        rows.push_back(i % 2 ? std::cos(angle) : std::sin(angle));
      }
    return rows;
  }

  // x, of any number of rows, times a matrix with `columns`.
  static Row product(const Row& x, const Row& weight, size_t columns) {
    const size_t inner = weight.size() / columns;
    Row y(x.size() / inner * columns);
    for (size_t r = 0; r < x.size() / inner; ++r)
      for (size_t i = 0; i < inner; ++i)
        for (size_t j = 0; j < columns; ++j) y[r * columns + j] += x[r * inner + i] * weight[i * columns + j];
    return y;
  }
  static Row normalized(Row x, double epsilon = 1e-5) {
    const double n = static_cast<double>(x.size());
    double mean = 0, variance = 0;
    for (const double number : x) mean += number / n;
    for (const double number : x) variance += (number - mean) * (number - mean) / n;
    for (double& number : x) number = (number - mean) / std::sqrt(variance + epsilon);
    return x;
  }
  // h · weight, normalised and scaled where the cell has the input `scale`.
  Row hidden_product(const json& step, const Row& h, size_t scale) const {
    Row p = product(h, input(step, 1), input(step, 0).size());
    if (step.at("inputs").size() <= scale) return p;
    p = normalized(p);
    for (size_t i = 0; i < p.size(); ++i) p[i] *= input(step, scale)[i];
    return p;
  }
  Row lstm(const json& step) const {
    const Row &x = input(step, 0), &state = input(step, 2);
    const size_t n = x.size() / 4;
    const Row p = hidden_product(step, {state.begin(), state.begin() + n}, 3);
    Row c(n), h(n);
    const auto z = [&](size_t gate, size_t i) { return x[gate * n + i] + p[gate * n + i]; };
    for (size_t i = 0; i < n; ++i)
      c[i] = activate("sigmoid", z(1, i)) * state[n + i] + activate("sigmoid", z(0, i)) * std::tanh(z(2, i));
    Row squashed = c;
    if (step.at("inputs").size() > 3) {
      squashed = normalized(c);
      for (size_t i = 0; i < n; ++i) squashed[i] = squashed[i] * input(step, 4)[i] + input(step, 5)[i];
    }
    for (size_t i = 0; i < n; ++i) h[i] = activate("sigmoid", z(3, i)) * std::tanh(squashed[i]);
    cell_ = c;
    return h;
  }
  Row gru(const json& step) const {
    const Row &x = input(step, 0), &bias = input(step, 2), &state = input(step, 3);
    const size_t n = state.size();
    const Row p = hidden_product(step, state, 4);
    Row h(n);
    for (size_t i = 0; i < n; ++i) {
      const double r = activate("sigmoid", x[i] + p[i]), u = activate("sigmoid", x[n + i] + p[n + i]);
      h[i] = (1 - u) * std::tanh(x[2 * n + i] + r * (p[2 * n + i] + bias[i])) + u * state[i];
    }
    return h;
  }
  // The remembered rows, then this step's.
  Row window(const json& step) const {
    Row rows = input(step, 1);
    rows.pop_back();
    rows.insert(rows.end(), input(step, 0).begin(), input(step, 0).end());
    return rows;
  }
  // How many rows the window that is input i remembers: its own second input says so.
  int seen(const json& step, size_t i) const {
    return static_cast<int>(input(steps_.at(step.at("inputs").at(i).get<size_t>()), 1).back());
  }
  Row window_state(const json& step) const {
    const Row& rows = input(step, 0);
    const size_t size = step.at("shape").at(1).get<size_t>() - 1;
    Row state(rows.end() - static_cast<std::ptrdiff_t>(size), rows.end());
    const size_t width = rows.size() - size;
    state.push_back(std::min<double>(seen(step, 0) + 1, static_cast<double>(size / width)));
    return state;
  }
  // The first row that there is stands for those that are missing.
  Row frame_stack(const json& step) const {
    const Row& rows = input(step, 0);
    const size_t width = input(steps_.at(step.at("inputs").at(0).get<size_t>()), 0).size(),
                 own = rows.size() / width - 1;
    const size_t first = own - std::min(static_cast<size_t>(seen(step, 0)), own);
    Row y;
    for (size_t j = 0; j <= own; ++j)
      for (size_t i = 0; i < width; ++i) y.push_back(rows[std::max(j, first) * width + i]);
    return y;
  }
  Row attention(const json& step) const {
    const Row &content = input(step, 0), &position = input(step, 1), &keys = input(step, 2), &values = input(step, 3);
    const size_t width = content.size(), heads = step.at("integers").at(0), size = width / heads;
    const int own = static_cast<int>(keys.size() / width) - 1;
    Row y(width);
    for (size_t head = 0; head < heads; ++head) {
      double total = 0;
      Row mixed(size);
      for (int j = own - std::min(seen(step, 5), own); j <= own; ++j) {
        double score = 0;
        for (size_t i = head * size; i < (head + 1) * size; ++i)
          score += content[i] * keys[j * width + i] + position[i] * input(step, 4)[(own - j) * width + i];
        const double weight = std::exp(score / std::sqrt(static_cast<double>(size)));
        total += weight;
        for (size_t i = 0; i < size; ++i) mixed[i] += weight * values[j * width + head * size + i];
      }
      for (size_t i = 0; i < size; ++i) y[head * size + i] = mixed[i] / total;
    }
    return y;
  }

  // Of one row, or of several.
  Row layer_norm(const json& step) const {
    const Row &x = input(step, 0), &scale = input(step, 1), &shift = input(step, 2);
    Row y;
    for (auto begin = x.begin(); begin != x.end(); begin += static_cast<std::ptrdiff_t>(scale.size())) {
      const Row row = normalized({begin, begin + static_cast<std::ptrdiff_t>(scale.size())}, scalar(step, 0));
      for (size_t i = 0; i < row.size(); ++i) y.push_back(row[i] * scale[i] + shift[i]);
    }
    return y;
  }

  // Number by number; a row of one number serves all.
  Row elementwise(const json& step, const std::function<double(double, double, double)>& function) const {
    Row y = input(step, 0);
    const size_t inputs = step.at("inputs").size();
    const auto number = [&](size_t k, size_t i) {
      return k < inputs ? input(step, k).at(input(step, k).size() == 1 ? 0 : i) : 0.0;
    };
    for (size_t i = 0; i < y.size(); ++i) y[i] = function(y[i], number(1, i), number(2, i));
    return y;
  }

  Row compute(const json& step, const Row& observation) const {
    const std::string operation = step.at("operation");
    const double a = scalar(step, 0), b = scalar(step, 1);
    if (operation == "constant" || operation == "parameter") return leaf(step, observation);
    if (operation == "affine") return affine(step);
    if (operation == "layer_norm") return layer_norm(step);
    if (operation == "matmul") return product(input(step, 0), input(step, 1), step.at("shape").at(1));
    if (operation == "lstm") return lstm(step);
    if (operation == "gru") return gru(step);
    if (operation == "gru_state") return input(step, 0);
    if (operation == "lstm_state") {
      Row state = input(step, 0);
      state.insert(state.end(), cell_.begin(), cell_.end());
      return state;
    }
    if (operation == "window") return window(step);
    if (operation == "window_state") return window_state(step);
    if (operation == "frame_stack") return frame_stack(step);
    if (operation == "attention") return attention(step);
    if (operation == "standardize")
      return elementwise(step,
                         [=](double x, double mean, double scale) { return std::clamp((x - mean) * scale, -a, a); });
    if (operation == "clip_columns")
      return elementwise(step, [](double x, double low, double high) { return std::clamp(x, low, high); });
    if (operation == "clip") return elementwise(step, [=](double x, double, double) { return std::clamp(x, a, b); });
    if (operation == "scale_shift") return elementwise(step, [=](double x, double, double) { return x * a + b; });
    if (operation == "add") return elementwise(step, [](double x, double y, double) { return x + y; });
    if (operation == "subtract") return elementwise(step, [](double x, double y, double) { return x - y; });
    if (operation == "multiply") return elementwise(step, [](double x, double y, double) { return x * y; });
    if (operation == "slice") {
      const Row& x = input(step, 0);
      return {x.begin() + step.at("integers").at(0).get<int>(), x.begin() + step.at("integers").at(1).get<int>()};
    }
    if (operation == "concat") {
      Row y = input(step, 0);
      y.insert(y.end(), input(step, 1).begin(), input(step, 1).end());
      return y;
    }
    if (operation == "argmax") {
      const Row& x = input(step, 0);
      return {static_cast<double>(std::max_element(x.begin(), x.end()) - x.begin())};
    }
    for (const char* name : {"tanh", "relu", "elu", "sigmoid", "silu", "softplus"})
      if (operation == name) return elementwise(step, [&](double x, double, double) { return activate(operation, x); });
    ADD_FAILURE() << "an unknown operation: " << step;
    return input(step, 0);
  }

  const TensorFile& file_;
  json steps_;
  std::vector<Row> values_;
  mutable Row cell_;  // of the last lstm: its state comes right after it
};

void check_trace(const InterfaceSpec& spec, const std::string& network) {
  SCOPED_TRACE(network);
  const Policy policy = make_experienced_policy(spec, network);
  const std::string path = testing::TempDir() + "sinew_trace_" + std::to_string(::getpid()) + ".safetensors";
  save_policy(path, policy, {});
  const TensorFile file = read_safetensors(path);
  std::filesystem::remove(path);
  Interpreter interpreter(file);
  Rng rng(6);
  std::vector<float> state(static_cast<size_t>(policy.state_size()));
  Row traced_state(state.size());
  PolicyRunner runner(policy);
  for (int row = 0; row < 20; ++row) {  // of one episode
    Row observation;
    std::vector<float> narrow, action(static_cast<size_t>(policy.action_size()));
    for (int i = 0; i < policy.observation_size(); ++i) {
      narrow.push_back(static_cast<float>(3 + 3 * rng.normal()));
      observation.push_back(narrow.back());
    }
    runner.act(narrow, state, {}, action);
    const Row traced = interpreter.run(observation, traced_state);
    ASSERT_EQ(traced.size(), action.size());
    for (size_t i = 0; i < action.size(); ++i) EXPECT_NEAR(traced[i], action[i], 1e-5 * (1 + std::abs(action[i]))) << i;
  }
}

TEST(Trace, AnInterpreterDoesWhatThePolicyDoes) {
  const InterfaceSpec spec = continuous_interface(5, 3);
  check_trace(spec, "{actor: [{linear: 8}, tanh, {linear: 8}, tanh]}");
  check_trace(spec, "{actor: [{linear: 8}, relu, {linear: 8}, elu, {linear: 7}, sigmoid], action_map: scale}");
  check_trace(spec, "{actor: [silu, {linear: 8}, silu, softplus, relu, elu, sigmoid], action_map: tanh}");
  check_trace(spec, "{core: [layer_norm, {linear: 6}], actor: [layer_norm], state_dependent_std: true}");
  check_trace(spec, "{encoders: {state: {normalize: false}}, actor: []}");
  check_trace(mixed_interface(), shared_network);
  check_trace(mixed_interface(), "{actor: [{linear: 8}, tanh], state_dependent_std: true, action_map: tanh}");
}

TEST(Trace, SaysWhatIsCarriedFromStepToStep) {
  const InterfaceSpec spec = continuous_interface(5, 3);
  check_trace(spec, "{core: {lstm: 6}, actor: [{linear: 8}, tanh]}");
  check_trace(spec,
              "{core: [{lstm: {units: 6, layer_norm: true}}, {gru: 5}], actor: [{gru: {units: 4, layer_norm: true}}]}");
  check_trace(spec,
              "{core: [{linear: 6}, {attention: {heads: 2, memory: 4}}], actor: [{lstm: 3}], critic: [{lstm: 2}]}");
  check_trace(spec, "{core: [{frame_stack: 3}, {linear: 4}], actor: [{frame_stack: 2}]}");
  check_trace(spec, "{core: {gtrxl: {units: 8, heads: 2, memory: 3, blocks: 2}}, actor: []}");
}

// Standardise 17, then 17·64, 64·64 and 64·6 multiply-adds with their biases, then clip 6.
TEST(Trace, CountsFlops) {
  const Policy policy = make_policy(continuous_interface(17, 6),
                                    "{actor: [{linear: 64}, tanh, {linear: 64}, tanh],"
                                    " critic: [{linear: 32}, tanh]}");
  Rng rng(1);
  const Critic critic(policy.actor(), policy.spec(), policy.config(), builtin_layers<float>(), rng);
  EXPECT_EQ(trace_actor(policy).flops(), 17 + (2 * 17 * 64 + 64) + (2 * 64 * 64 + 64) + (2 * 64 * 6 + 6) + 6);
  EXPECT_EQ(trace_critic(policy, critic).flops(), (2 * 17 * 32 + 32) + (2 * 32 * 1 + 1));
}

// What an exporter needs of an image's operations, and what it need not know: the layers for learning alone.
TEST(Trace, SaysEverythingOfImages) {
  const Policy policy = make_experienced_policy(seeing_interface(), every_image_layer);
  std::map<std::string, std::vector<int>> integers;
  for (const TraceStep& step : trace_actor(policy).steps) integers[step.operation] = step.integers;
  EXPECT_EQ(integers["max_pool"], (std::vector<int>{3, 3, 2, 2, 1, 1}));
  EXPECT_EQ(integers["average_pool"], (std::vector<int>{3, 2, 1, 2, 1, 1}));
  EXPECT_EQ(integers["conv2d"], (std::vector<int>{2, 2, 1, 1, 0, 0}));
  EXPECT_EQ(integers["group_norm"], (std::vector<int>{2}));
  EXPECT_TRUE(integers.contains("pixels") && integers.contains("spatial_softargmax"));
  EXPECT_FALSE(integers.contains("random_shift"));
}

TEST(Trace, StartsAtTheObservationAndNamesEveryLeaf) {
  const Policy policy = make_policy(mixed_interface(), shared_network);
  const Trace trace = trace_actor(policy);
  EXPECT_EQ(trace.steps[0].source, "observation");
  EXPECT_EQ(trace.steps[0].shape, (Shape{1, 8}));
  EXPECT_EQ(trace.steps.back().shape, (Shape{1, 6}));
  for (size_t i = 0; i < trace.steps.size(); ++i) {
    const TraceStep& step = trace.steps[i];
    EXPECT_EQ(step.inputs.empty(), step.operation == "constant" || step.operation == "parameter");
    EXPECT_EQ(step.inputs.empty(), !step.source.empty()) << i;
    EXPECT_EQ(step.result, "") << i;
    for (const int input : step.inputs) EXPECT_LT(input, static_cast<int>(i));
  }
}

}  // namespace
}  // namespace sinew
