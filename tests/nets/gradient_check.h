#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "core/random.h"
#include "nets/ops/ops.h"

/// Gradients held to finite differences, in float64.
namespace sinew {

using Tape64 = BasicTape<double>;
using Tensor64 = BasicTensor<double>;
using Parameters64 = BasicParameters<double>;

/// An operation's input: a shape, and the interval that its random values come from. They keep
/// `gap` away from 0 where an operation has a kink or a pole there.
struct CheckInput {
  Shape shape = {};
  double low = -1.5, high = 1.5, gap = 0;

  std::vector<double> draw(Rng& rng) const {
    std::vector<double> values(static_cast<size_t>(shape.size()));
    for (double& x : values) do
        x = rng.uniform(low, high);
      while (std::abs(x) < gap);
    return values;
  }
};

/// df/dx by a central difference; restores x.
inline double finite_difference(double& x, const std::function<double()>& f) {
  const double center = x, h = 1e-5;
  x = center + h;
  const double above = f();
  x = center - h;
  const double below = f();
  x = center;
  return (above - below) / (2 * h);
}

inline void expect_close(double actual, double expected, double tolerance) {
  EXPECT_NEAR(actual, expected, tolerance * std::max(1.0, std::abs(expected)));
}

/// Numbers in ±1 that make a scalar loss, Σ weights · output, of any output.
inline std::vector<double> loss_weights(int64_t count, Rng rng) {
  return CheckInput{{static_cast<int>(count)}, -1, 1}.draw(rng);
}

/// Checks d loss / d input of `op`, with every choice of the inputs that want a gradient, and with
/// the operation used once and twice (a second gradient is added to the first).
/// `op` maps (tape, tensors) to a tensor. Its parameters are frozen.
template <class Op>
void expect_gradients(const std::vector<CheckInput>& inputs, Op&& op, double tolerance = 1e-7) {
  Rng rng(1);
  std::vector<std::vector<double>> values;
  for (const CheckInput& input : inputs) values.push_back(input.draw(rng));

  for (int uses = 1; uses <= 2; ++uses) {
    Tape64 tape;
    // Records the loss; inputs outside of `wanted` are constants.
    const auto record = [&](unsigned wanted, std::vector<Tensor64>& tensors) {
      tape.rewind();
      tensors.clear();
      for (size_t i = 0; i < inputs.size(); ++i)
        tensors.push_back(wanted >> i & 1 ? tape.variable(inputs[i].shape, values[i])
                                          : tape.constant(inputs[i].shape, values[i]));
      Tensor64 loss = tape.scalar(0);
      for (int use = 0; use < uses; ++use) {
        const Tensor64 y = op(tape, std::span<const Tensor64>(tensors));
        loss = loss + sum(y * tape.constant(y.shape(), loss_weights(y.size(), Rng(2 + use))));
      }
      return loss;
    };
    std::vector<Tensor64> tensors;
    for (unsigned wanted = 1; wanted < 1u << inputs.size(); ++wanted) {
      tape.backward(record(wanted, tensors), {});
      std::vector<std::vector<double>> gradients;
      for (const Tensor64& tensor : tensors) gradients.emplace_back(tensor.gradient().begin(), tensor.gradient().end());
      for (size_t i = 0; i < inputs.size(); ++i) {
        SCOPED_TRACE("input " + std::to_string(i) + " " + inputs[i].shape.text() + ", uses " + std::to_string(uses));
        if (!(wanted >> i & 1)) {
          EXPECT_TRUE(gradients[i].empty());
          continue;
        }
        if (gradients[i].empty()) gradients[i].resize(values[i].size());  // no gradient arrived: zero
        for (size_t j = 0; j < values[i].size(); ++j)
          expect_close(gradients[i][j], finite_difference(values[i][j], [&] { return record(0, tensors).item(); }),
                       tolerance);
      }
    }
  }
}

/// Checks d loss / d parameter for all parameters; `loss` maps a tape to a scalar.
template <class Loss>
void expect_parameter_gradients(Parameters64& parameters, Loss&& loss, double tolerance = 1e-7) {
  Tape64 tape;
  std::vector<double> gradients = parameters.make_gradients();
  tape.backward(loss(tape), {{&parameters, gradients}});
  for (const BasicParameter<double>& parameter : parameters.list())
    for (size_t i = 0; i < parameter.values().size(); ++i) {
      SCOPED_TRACE(parameter.name + ", number " + std::to_string(i));
      const double slope = finite_difference(parameter.values()[i], [&] {
        tape.rewind();
        return loss(tape).item();
      });
      expect_close(gradients[static_cast<size_t>(parameter.offset) + i], slope, tolerance);
    }
}

}  // namespace sinew
