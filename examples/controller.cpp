// A custom controller: four numbers balance a pole. The simulator and the robot link accept it like a policy.
//
//   build/release/examples/example_controller                              # an episode in the simulator
//   sinew robot inverted_pendulum --config pendulum.yaml                   # a simulated robot; in another terminal:
//   build/release/examples/example_controller pendulum.yaml 250            # 250 actions over the link
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "agents/run/evaluator.h"
#include "core/error.h"
#include "envs/task/make_env.h"
#include "robots/link/policy_client.h"

namespace {

// Linear feedback from the position and velocity of the cart and of the pole (a linear-quadratic regulator).
class Balance final : public sinew::Controller {
 public:
  Balance() {
    spec_.sensors = {{.name = "state",
                      .shape = {4},
                      .labels = {"qpos[0] slider", "qpos[1] hinge", "qvel[0] slider", "qvel[1] hinge"},
                      .units = {"m", "rad", "m/s", "rad/s"}}};
    spec_.actions.rate = 25;  // Hz
    spec_.actions.parts = {{.name = "actuators", .labels = {"slide"}, .units = {""}, .low = {-3}, .high = {3}}};
  }
  const sinew::InterfaceSpec& spec() const override { return spec_; }

  void act(const sinew::ObservationRows& observations, std::span<float>, std::span<const uint8_t>,
           std::span<float> actions) override {
    for (int row = 0; row < observations.rows; ++row) {
      const float* s = observations.numbers + 4 * row;
      actions[row] = std::clamp(0.68f * s[0] + 5.88f * s[1] + 0.81f * s[2] + 1.05f * s[3], -3.0f, 3.0f);
    }
  }

 private:
  sinew::InterfaceSpec spec_;
};

int balance_in_the_simulator() {
  sinew::ThreadPool pool(1);
  Balance controller;
  const auto episode =
      sinew::Evaluator(sinew::make_task("inverted_pendulum"), pool).run_episode(controller, sinew::Rng(1));
  std::printf("the pole stood for %d steps\n", episode.length);
  return episode.terminated ? 1 : 0;
}

// Runs until the robot has executed `actions` actions.
int balance_on_a_robot(const char* file, uint64_t actions) {
  using namespace std::chrono_literals;
  std::atomic<uint64_t> obeyed{0};
  sinew::PolicyClient::Options options{.link = {.policy_name = "balance"}};
  options.connect_timeout = 30;
  options.link.on_event = [](const std::string& event) { std::puts(event.c_str()); };
  options.link.on_observation = [&](sinew::ObservationMessage&& seen, const sinew::ObservationTimes&) {
    if (seen.session != 0) obeyed = seen.action;
  };
  const auto make = [] { return std::make_unique<Balance>(); };
  sinew::PolicyClient client(make, sinew::load_robot_config(file), options);
  client.arm();
  while (obeyed < actions && client.robot().mode != sinew::Mode::stopped) {
    client.check();
    std::this_thread::sleep_for(10ms);
  }
  std::printf("the robot obeyed %llu actions\n", static_cast<unsigned long long>(obeyed.load()));
  if (obeyed < actions) std::printf("and stopped: %s\n", client.why().c_str());
  client.stop("enough");
  std::this_thread::sleep_for(100ms);  // time to send the stop
  return obeyed < actions ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 3 || (argc > 1 && argv[1][0] == '-')) {
    std::puts(
        "Usage: example_controller [ROBOT.yaml [ACTIONS]]\n"
        "Balances a pole in the simulator, or on the robot that ROBOT.yaml describes (for 250 actions).");
    return argc == 2 && std::string_view(argv[1]) == "--help" ? 0 : 2;
  }
  try {
    if (argc == 1) return balance_in_the_simulator();
    return balance_on_a_robot(argv[1], argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 250);
  } catch (const sinew::Error& error) {
    std::fprintf(stderr, "controller: %s\n", error.what());
    return error.exit_code();
  }
}
