#include "tests/core/allocation_counter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "nets/policy/policy.h"
#include "nets/tape/optimizer.h"
#include "tests/nets/make_network.h"

// The hot paths ask for memory the first time and never again.
namespace sinew {
namespace {

constexpr int rows = 64;

// Keeps the compiler from dropping an unused allocation.
void use(void* p) { asm volatile("" : : "g"(p) : "memory"); }

template <class Body>
int64_t allocations_of(Body&& body) {
  const int64_t before = allocations();
  body();
  return allocations() - before;
}

TEST(AllocationCounter, SeesEveryWayToGetMemory) {
  struct alignas(128) Wide {
    char bytes[128];
  };
  EXPECT_GE(allocations_of([] { use(std::make_unique<int>(3).get()); }), 1);
  EXPECT_GE(allocations_of([] { use(std::make_unique<int[]>(9).get()); }), 1);
  EXPECT_GE(allocations_of([] { use(std::make_unique<Wide>().get()); }), 1);
  EXPECT_GE(allocations_of([] { use(std::vector<double>(100).data()); }), 1);
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  for (auto* get : {+[] { return std::malloc(10); }, +[] { return std::calloc(2, 5); },
                    +[] { return std::realloc(nullptr, 10); }, +[] { return std::aligned_alloc(64, 64); }})
    EXPECT_EQ(allocations_of([&] {
                void* p = get();
                use(p);
                std::free(p);
              }),
              1);
#endif
  EXPECT_EQ(allocations_of([] {}), 0);
}

// A step as PPO makes it, on a network with every kind of head.
TEST(Allocation, AWarmTrainingStepAllocatesNothing) {
  const InterfaceSpec spec = mixed_interface();
  BasicNetworks<float> network = make_network<float>(spec, shared_network);
  Parameters &actor = network.actor.parameters(), &critic = network.critic.parameters();
  Adam actor_adam(actor), critic_adam(critic);
  Tape tape;
  std::vector<float> actor_gradients = actor.make_gradients(), critic_gradients = critic.make_gradients();
  const std::vector<float> observations(static_cast<size_t>(rows) * spec.observation_size(), 0.5f);
  const std::vector<float> actions(static_cast<size_t>(rows) * spec.actions.size(), 1.0f), target(rows, 2.0f);
  float first_loss = 0, last_loss = 0;
  const auto step = [&] {
    tape.rewind();
    std::ranges::fill(actor_gradients, 0.0f);
    std::ranges::fill(critic_gradients, 0.0f);
    const auto out = network(tape.view({rows, spec.observation_size()}, observations.data()));
    const Tensor log_prob = out.actions.log_prob(tape.view({rows, spec.actions.size()}, actions.data()));
    const Tensor ratio = exp(log_prob - tape.constant({rows}, target));
    const Tensor loss = mean(max(ratio, clip(ratio, 0.8, 1.2))) +
                        mean(square(out.values - tape.view({rows}, target.data()))) -
                        mean(out.actions.entropy()) * 0.01;
    tape.backward(loss, {{&actor, actor_gradients}, {&critic, critic_gradients}});
    actor_adam.step(actor_gradients, 1e-3, clip_scale(norm<float>(actor_gradients), 0.5));
    critic_adam.step(critic_gradients, 1e-3);
    last_loss = loss.item();
  };
  step();
  first_loss = last_loss;
  step();  // the arena joins its chunks when it is rewound
  EXPECT_EQ(allocations_of([&] {
              for (int i = 0; i < 100; ++i) step();
            }),
            0);
  EXPECT_LT(last_loss, first_loss);
}

TEST(Allocation, WarmActingAllocatesNothing) {
  const InterfaceSpec spec = mixed_interface();
  const auto config = read_config<NetworkConfig>(ConfigNode::parse_text(shared_network, "network.yaml"));
  const Policy policy(spec, config, builtin_layers<float>(), Rng(1));
  PolicyRunner runner(policy);
  const size_t observation_size = spec.observation_size(), action_size = spec.actions.size();
  std::vector<float> observations(rows * observation_size, 0.1f), actions(rows * action_size);
  std::vector<uint8_t> reset(rows);
  const auto step = [&] { runner.act(observations, {}, reset, actions); };
  step();
  step();
  EXPECT_EQ(allocations_of([&] {
              for (int i = 0; i < 100; ++i) step();
            }),
            0);
}

// A recurrent learner's step, and acting with a memory.
TEST(Allocation, WarmMemoryAllocatesNothing) {
  constexpr int sequences = 4, steps = 8;
  const InterfaceSpec spec = continuous_interface(5, 2);
  for (const char* core : {"{lstm: {units: 6, layer_norm: true}}", "{gru: 6}", "{frame_stack: 3}",
                           "{gtrxl: {units: 8, heads: 2, memory: 3, blocks: 2}}"}) {
    const auto config = read_config<NetworkConfig>(ConfigNode::parse_text(
        fmt::format("{{core: {}, actor: [{{lstm: 4}}], critic: [{{lstm: 3}}]}}", core), "network.yaml"));
    BasicNetworks<float> network(spec, config, builtin_layers<float>(), Rng(1));
    const Policy policy(spec, config, builtin_layers<float>(), Rng(1));
    const std::vector<float> observations(sequences * steps * 5, 0.3f);
    const std::vector<float> states(static_cast<size_t>(sequences) * network.critic.state_size(), 1.0f);
    std::vector<uint8_t> resets(sequences * steps);
    resets[9] = 1;
    std::vector<float> gradients = network.actor.parameters().make_gradients();
    std::vector<float> critic_gradients = network.critic.parameters().make_gradients();
    std::vector<float> state(static_cast<size_t>(sequences) * policy.state_size()), actions(sequences * 2);
    Tape tape;
    PolicyRunner runner(policy);
    const auto step = [&] {
      tape.rewind();
      Sequence sequence(tape.view({sequences, network.critic.state_size()}, states.data()), resets);
      const auto out = network(tape.view({sequences * steps, 5}, observations.data()), sequence);
      tape.backward(mean(square(out.values)) + mean(square(out.actions.mode())),
                    {{&network.actor.parameters(), gradients}, {&network.critic.parameters(), critic_gradients}});
      runner.act({observations.data(), sequences * 5}, state, {resets.data(), sequences}, actions);
    };
    step();
    step();
    EXPECT_EQ(allocations_of([&] {
                for (int i = 0; i < 20; ++i) step();
              }),
              0)
        << core;
  }
}

}  // namespace
}  // namespace sinew
