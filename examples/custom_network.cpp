// A custom network and loss: the network fits sin(3x) from data whose noise grows with x, and predicts its own
// uncertainty. All code built on the operations of nets/ops/ops.h has gradients.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include "nets/layers/linear.h"
#include "nets/tape/optimizer.h"

using namespace sinew;
struct Network {
  Rng rng{1};
  Parameters parameters;
  Linear first{parameters, "first", 1, 64, rng}, second{parameters, "second", 64, 64, rng};
  Linear mean{parameters, "mean", 64, 1, rng}, log_std{parameters, "log_std", 64, 1, rng};
};

int main() {
  Network net;
  Adam adam(net.parameters);
  Tape tape;
  std::vector<float> x(128), y(128), gradients = net.parameters.make_gradients();
  float loss_now = 0;
  for (int step = 0; step <= 2000; ++step) {
    for (int i = 0; i < 128; ++i) {
      x[i] = static_cast<float>(net.rng.uniform(-2, 2));
      y[i] = std::sin(3 * x[i]) + 0.2f * std::exp(x[i] / 2) * static_cast<float>(net.rng.normal());
    }
    tape.rewind();
    const Tensor features = tanh(net.second(tanh(net.first(tape.view({128, 1}, x.data())))));
    const Tensor log_std = net.log_std(features);
    const Tensor error = (tape.view({128, 1}, y.data()) - net.mean(features)) / exp(log_std);
    const Tensor loss = mean(0.5 * square(error) + log_std);  // -log N(y; mean, std), without a constant
    std::ranges::fill(gradients, 0.0f);
    tape.backward(loss, {{&net.parameters, gradients}});
    adam.step(gradients, 3e-3);
    loss_now = loss.item();
    if (step % 250 == 0) std::printf("step %4d   loss %6.2f   (at best about -1.1)\n", step, loss_now);
  }
  return loss_now < -0.9 ? 0 : 1;
}
