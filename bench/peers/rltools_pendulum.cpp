// RLtools' PPO on Pendulum, the peer of sinew's, in a separate process: for each line that it reads it makes 20
// iterations and answers with the env steps per second. The only file that includes RLtools.
#include <rl_tools/operations/cpu_mux.h>

#include <rl_tools/nn/layers/standardize/operations_generic.h>
#include <rl_tools/nn/operations_cpu_mux.h>
#include <rl_tools/nn/optimizers/adam/instance/operations_generic.h>
#include <rl_tools/nn/optimizers/adam/operations_generic.h>
#include <rl_tools/nn_models/mlp_unconditional_stddev/operations_generic.h>
#include <rl_tools/nn_models/sequential/operations_generic.h>

#include <rl_tools/rl/environments/pendulum/operations_cpu.h>

#include <rl_tools/rl/algorithms/ppo/loop/core/config.h>
#include <rl_tools/rl/algorithms/ppo/loop/core/operations_generic.h>

#include <chrono>
#include <iostream>
#include <string>

namespace {

namespace rlt = rl_tools;

using Device = rlt::devices::DEVICE_FACTORY<>;
using Random = Device::SPEC::RANDOM::ENGINE<>;
using Index = Device::index_t;
using Types = rlt::numeric_types::Policy<float>;
using Pendulum = rlt::rl::environments::Pendulum<rlt::rl::environments::pendulum::Specification<float, Index>>;

// 4 envs × 1024, batch 256, 2 epochs, 3-64-64 tanh twice: the settings of ours in `sinew bench train`.
struct Settings : rlt::rl::algorithms::ppo::loop::core::DefaultParameters<Types, Index, Pendulum> {
  static constexpr Index STEP_LIMIT = 1'000'000'000;  // iterations
  static constexpr Index N_ENVIRONMENTS = 4;
  static constexpr Index ON_POLICY_RUNNER_STEPS_PER_ENV = 1024;
  static constexpr Index DATASET_SIZE = N_ENVIRONMENTS * ON_POLICY_RUNNER_STEPS_PER_ENV;
  static constexpr Index BATCH_SIZE = 256;
  static constexpr Index EPISODE_STEP_LIMIT = 200;
  static constexpr auto ACTOR_ACTIVATION_FUNCTION = rlt::nn::activation_functions::ActivationFunction::FAST_TANH;
  static constexpr auto CRITIC_ACTIVATION_FUNCTION = rlt::nn::activation_functions::ActivationFunction::FAST_TANH;
  struct PPO_PARAMETERS : rlt::rl::algorithms::ppo::DefaultParameters<Types, Index, BATCH_SIZE> {
    static constexpr Index N_EPOCHS = 2;
  };
};
using Config = rlt::rl::algorithms::ppo::loop::core::Config<Types, Index, Random, Pendulum, Settings>;

}  // namespace

int main() {
  Device device;
  Config::State<Config> state;
  rlt::malloc(device, state);
  rlt::init(device, state, 1);
  for (std::string line; std::getline(std::cin, line);) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) rlt::step(device, state);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::cout << 20 * Settings::DATASET_SIZE / seconds << std::endl;
  }
}
