// A robot in C++ that `sinew stream` can drive: put your hardware into a RobotBody, and its limits into a file. The
// library does the rest: the handshake, the gate, the watches, deadlines, the emergency stop, keys.
//
//   build/release/examples/example_robot examples/robot.yaml
//   sinew stream POLICY --robot examples/robot.yaml          # in another terminal
//   sinew stop examples/robot.yaml                           # the emergency stop; with --release it may be armed again
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>

#include "core/clock.h"
#include "core/error.h"
#include "robots/link/link_keys.h"
#include "robots/link/robot_server.h"

namespace {

std::atomic<bool> go_on{true};

// Two imaginary servos that follow their commands.
class PanTilt final : public sinew::RobotBody {
 public:
  const std::vector<sinew::SensorSpec>& sensors() const override { return sensors_; }

  sinew::RobotState measure() override {
    for (size_t i = 0; i < 2; ++i) {
      const double change = moves_ ? 0.3 * (target_[i] - position_[i]) : 0;
      position_[i] += change;
      velocity_[i] = change / 0.02;
    }
    return {.joints = {position_, velocity_, {}}, .stamp = sinew::now_seconds()};
  }
  void observe(std::span<float> numbers, std::string&) override {
    for (size_t i = 0; i < 2; ++i) numbers[i] = static_cast<float>(position_[i]);
  }
  void command(std::span<const double> commands) override {
    target_ = {commands[0], commands[1]};
    moves_ = true;
  }
  void rest() override { moves_ = false; }

 private:
  std::vector<sinew::SensorSpec> sensors_{
      {.name = "joints", .shape = {2}, .labels = {"pan", "tilt"}, .units = {"rad", "rad"}}};
  std::array<double, 2> position_{}, velocity_{}, target_{};
  bool moves_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    sinew::RobotConfig config = sinew::load_robot_config(argc > 1 ? argv[1] : "examples/robot.yaml");
    if (argc > 3) {
      config.address = argv[2];
      config.stop_address = argv[3];
    }
    PanTilt body;
    sinew::RobotServer server(config, body,
                              {.link = {.on_event = [](const std::string& event) { std::puts(event.c_str()); }},
                               .security = sinew::robot_security(config, "")});
    std::printf("listens on %s %s\n", server.address().c_str(), server.stop_address().c_str());
    std::fflush(stdout);
    std::signal(SIGINT, [](int) { go_on = false; });
    std::signal(SIGTERM, [](int) { go_on = false; });
    server.run([] { return go_on.load(); });
    std::printf("ticks came late by %s\n", server.lateness().text().c_str());
    return 0;
  } catch (const sinew::Error& error) {
    std::fprintf(stderr, "robot: %s\n", error.what());
    return error.exit_code();
  }
}
