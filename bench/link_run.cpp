#include <dlfcn.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>

#include "bench/bench_link.h"
#include "core/clock.h"

namespace sinew::bench {
namespace {

constexpr uint64_t warm_after = 100;  // actions

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

// The number of allocations of a thread since it was warm. Called at the end of each of its rounds.
class AllocationWatch {
 public:
  void look() {
    const auto now = thread_allocations();
    if (!now) return;
    if (++rounds_ <= warm_after) first_ = *now;
    since_ = *now - first_;
  }
  std::optional<uint64_t> since() const { return thread_allocations() ? std::optional(since_.load()) : std::nullopt; }

 private:
  uint64_t rounds_ = 0, first_ = 0;
  std::atomic<uint64_t> since_{0};
};

// The time at which each action's observation was received, by the action's number.
class Receipts {
 public:
  void note(uint64_t sequence, double when) { times_[sequence % times_.size()] = when; }
  double at(uint64_t sequence) const { return times_[sequence % times_.size()]; }

 private:
  std::array<std::atomic<double>, 1024> times_{};
};

}  // namespace

std::optional<uint64_t> thread_allocations() {
  static const auto count = reinterpret_cast<uint64_t (*)()>(::dlsym(RTLD_DEFAULT, "sinew_thread_allocations"));
  return count ? std::optional(count()) : std::nullopt;
}

IdealBody::IdealBody(std::vector<SensorSpec> sensors, std::vector<std::vector<std::string>> frames)
    : sensors_(std::move(sensors)), frames_(std::move(frames)) {}

RobotState IdealBody::measure() { return {.joints = {position_, velocity_, {}}, .stamp = now_seconds()}; }

void IdealBody::observe(std::span<float> numbers, std::string&) {
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(position_[i % 2]);
}

void IdealBody::take_images(const std::string&, std::vector<std::string>& images) {
  images.resize(frames_.size());
  for (size_t i = 0; i < frames_.size(); ++i) images[i] = frames_[i][next_frame_ % frames_[i].size()];
  ++next_frame_;
}

RobotConfig ideal_robot(double rate) {
  RobotConfig config{.robot = "ideal"};
  config.address = config.stop_address = "tcp://127.0.0.1:*";
  config.rate = rate;
  config.watchdog = config.max_age = 0.5;
  config.blend = 0;
  const ActuatorLimits servo{.name = "pan",
                             .command = "position",
                             .position = {-1, 1},
                             .velocity = 10,
                             .acceleration = 1000,
                             .step = 2,
                             .when_stopped = "hold"};
  config.actuators = {{servo}, {servo}};
  config.actuators[1].limits.name = "tilt";
  return config;
}

LinkRun run_link(const Policy& policy, const RobotConfig& config, IdealBody& body, double seconds, bool real_time) {
  LinkRun run;
  Receipts receipts;
  AllocationWatch robot_memory, policy_memory;
  std::atomic<bool> go_on{true};
  RobotServer server(config, body,
                     {.link = {.on_action =
                                   [&](const ArrivedAction& action) {
                                     if (action.sequence > warm_after)
                                       run.to_gate.add(action.arrived - receipts.at(action.sequence));
                                   }},
                      .real_time = real_time,
                      .after_tick = [&] { robot_memory.look(); }});
  std::thread robot([&] { server.run([&] { return go_on.load(); }); });
  RobotConfig reached = config;
  reached.address = server.address();
  reached.stop_address = server.stop_address();
  {
    PolicyClient client(policy, reached,
                        {.link = {.policy_name = "bench"},
                         .real_time = real_time,
                         .after_decision = [&] { policy_memory.look(); },
                         .on_decision = [&](const PolicyDecision& d) { receipts.note(d.sequence, d.received); }});
    while (client.robot().mode != Mode::inactive) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    client.arm();
    const double cpu_before = cpu_seconds();
    const Stopwatch watch;
    while (watch.seconds() < seconds) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    run.seconds = watch.seconds();
    run.cpu_seconds = cpu_seconds() - cpu_before;
    run.actions = client.counters().actions;
    run.observations = client.counters().observations;
    run.refused = client.refused() + client.robot().refused;
    run.dropped = client.counters().dropped;
    run.late = client.counters().late;
    run.lost = client.counters().lost;
    run.action_age = client.latencies().action_age;
    run.decision = client.latencies().decision;
    run.images = client.latencies().images;
    client.check();
  }
  go_on = false;
  robot.join();
  run.lateness = server.lateness();
  run.skipped = server.skipped_ticks();
  run.policy_allocations = policy_memory.since();
  run.robot_allocations = robot_memory.since();
  run.real_time = server.real_time_report();
  return run;
}

}  // namespace sinew::bench
