// The robot link: the latency of an action beyond that of ZeroMQ and the scheduler alone.
#include "bench/bench_link.h"

#include <cmath>

#include "bench/bare_link.h"
#include "bench/bench.h"
#include "core/clock.h"
#include "nets/layers/sequential.h"
#include "vision/jpeg.h"

namespace sinew::bench {
namespace {

constexpr double link_rate = 500, camera_rate = 30;         // Hz
constexpr int observation_bytes = 280, action_bytes = 130;  // approximate sizes of the link's messages

InterfaceSpec interface_of(double rate, bool with_cameras) {
  InterfaceSpec spec;
  spec.sensors.push_back({.name = "state", .shape = {12}});
  if (with_cameras)
    for (const char* name : {"front", "wrist"})
      spec.sensors.push_back(
          {.name = name, .type = SensorSpec::Type::uint8, .shape = {64, 64, 3}, .format = "red, green, blue"});
  spec.actions.rate = rate;
  spec.actions.parts.push_back(
      {.name = "servos", .labels = {"pan", "tilt"}, .units = {"rad", "rad"}, .low = {-1, -1}, .high = {1, 1}});
  return spec;
}

Policy policy_of(const InterfaceSpec& spec, const std::string& network) {
  return {spec, read_config<NetworkConfig>(ConfigNode::parse_text(network, "bench")), builtin_layers<float>(), Rng(1)};
}

Figure time_figure(const std::string& name, double seconds, double limit, const std::string& work) {
  return {name, 1e6 * seconds, "us", 1e6 * limit, limit > 0 ? seconds / limit : 0, work};
}

std::string allocations_text(const LinkRun& run) {
  const auto text = [](const std::optional<uint64_t>& count) { return count ? std::to_string(*count) : "not counted"; };
  return fmt::format("{} in the policy's control thread, {} in the robot's", text(run.policy_allocations),
                     text(run.robot_allocations));
}

// Two threads that compute for the lifetime of this object.
class Load {
 public:
  Load() {
    for (std::thread& thread : threads_)
      thread = std::thread([this] {
        volatile double x = 1;
        while (!ending_)
          for (int i = 0; i < 1000; ++i) x = x * 1.000001;
      });
  }
  ~Load() {
    ending_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  std::atomic<bool> ending_{false};
  std::array<std::thread, 2> threads_;
};

// An image with moving edges and a moving gradient: its JPEG is about as large as that of a room.
std::string picture(int height, int width, int frame) {
  std::vector<uint8_t> pixels(static_cast<size_t>(height) * static_cast<size_t>(width) * 3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) {
        const double wave = 40 * std::sin(0.05 * (x + 3 * frame) + c) + 40 * std::cos(0.07 * y * (1 + 0.1 * c));
        const bool box = ((x + 5 * frame) / 40 + y / 40) % 3 == c;
        pixels[(static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)) * 3 +
               static_cast<size_t>(c)] = static_cast<uint8_t>(100 + wave + (box ? 60 : 0));
      }
  JpegEncoder encoder(90);
  const std::span<const uint8_t> bytes = encoder.encode(pixels, {height, width, 3});
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<Figure> latency_figures(double seconds) {
  const Policy policy = policy_of(interface_of(link_rate, false), "{actor: [{linear: 64}, tanh, {linear: 64}, tanh]}");
  const RobotConfig config = ideal_robot(link_rate);
  LatencyHistogram bare = bare_round_trips(link_rate, seconds / 12, observation_bytes, action_bytes);
  LatencyHistogram wakes = wake_ups(link_rate, seconds / 12);
  IdealBody body(interface_of(link_rate, false).sensors, {});
  const LinkRun run = run_link(policy, config, body, seconds);
  bare.merge(bare_round_trips(link_rate, seconds / 12, observation_bytes, action_bytes));
  wakes.merge(wake_ups(link_rate, seconds / 12));
  const double limit = bare.quantile(0.5) + wakes.quantile(0.5);
  const std::string bound = fmt::format("ZeroMQ's round trip {} + a thread's waking {}",
                                        duration_text(bare.quantile(0.5)), duration_text(wakes.quantile(0.5)));
  const std::string work = fmt::format(
      "an observation's receipt at the policy's socket to its action at the robot, 64-64, {} Hz", link_rate);
  std::vector<Figure> figures{
      time_figure("link_p50", run.to_gate.quantile(0.5), limit, work + "; limit (at most 1.3): " + bound),
      time_figure("link_p99", run.to_gate.quantile(0.99), bare.quantile(0.99) + wakes.quantile(0.99),
                  "the same, p99, and of both limits"),
      time_figure("link_p999", run.to_gate.quantile(0.999), bare.quantile(0.999) + wakes.quantile(0.999),
                  "the same, p99.9")};
  const double allocations =
      static_cast<double>(run.policy_allocations.value_or(0) + run.robot_allocations.value_or(0));
  figures.push_back(
      {"link_allocations", allocations, "allocations", 0, 0,
       fmt::format("in {:.0f} s, {} observations and {} actions ({} refused, {} dropped): {}", run.seconds,
                   run.observations, run.actions, run.refused, run.dropped, allocations_text(run))});
  return figures;
}

// Under load from two busy threads: deadlines and the whole path of an action, at three rates, with and without
// real-time scheduling.
std::vector<Figure> load_figures(double seconds) {
  std::vector<Figure> figures;
  for (const bool real_time : {true, false})
    for (const double rate : {50.0, 200.0, link_rate}) {
      const InterfaceSpec spec = interface_of(rate, false);
      const Policy policy = policy_of(spec, "{actor: [{linear: 64}, tanh, {linear: 64}, tanh]}");
      IdealBody body(spec.sensors, {});
      const Load load;
      const LinkRun run = run_link(policy, ideal_robot(rate), body, seconds, real_time);
      const std::string name = fmt::format("loaded_{}hz_{}", rate, real_time ? "real_time" : "normal");
      figures.push_back(
          time_figure(name + "_action_age_p99", run.action_age.quantile(0.99), rate == 200 ? 1e-3 : 0,
                      fmt::format("an observation's stamp to its action at the robot, 64-64, {} Hz, two busy "
                                  "threads beside it: {}; {} late, {} lost, {} dropped of {}",
                                  rate, run.action_age.text(), run.late, run.lost, run.dropped, run.observations)));
      figures.push_back(time_figure(name + "_deadline_p999", run.lateness.quantile(0.999), 1e-3,
                                    fmt::format("lateness of the robot's loop: {}; {} ticks skipped; {}",
                                                run.lateness.text(), run.skipped, run.real_time)));
    }
  return figures;
}

std::vector<Figure> camera_figures(double seconds) {
  const InterfaceSpec spec = interface_of(camera_rate, true);
  const Policy policy = policy_of(
      spec,
      "{encoders: {front: {layers: [{conv: {filters: 16, kernel: 8, stride: 4}}, relu, {conv: {filters: 32, "
      "kernel: 4, stride: 2}}, relu, flatten]}, wrist: {layers: [{conv: {filters: 16, kernel: 8, stride: 4}}, "
      "relu, {conv: {filters: 32, kernel: 4, stride: 2}}, relu, flatten]}}, actor: [{linear: 128}, tanh, "
      "{lstm: 128}]}");
  RobotConfig config = ideal_robot(camera_rate);
  std::vector<SensorSpec> sensors = spec.sensors;
  std::vector<std::vector<std::string>> frames(2);
  size_t bytes = 0;
  for (size_t camera = 0; camera < 2; ++camera) {
    sensors[1 + camera].shape = {480, 640, 3};
    config.cameras.emplace_back(sensors[1 + camera].name,
                                RobotCameraConfig{ConfigNode::parse_text("[{resize: [64, 64]}]", "bench").items()});
    for (int i = 0; i < 30; ++i) {
      frames[camera].push_back(picture(480, 640, i + 17 * static_cast<int>(camera)));
      bytes += frames[camera].back().size();
    }
  }
  IdealBody body(sensors, frames);
  const LinkRun run = run_link(policy, config, body, seconds);
  const double rate = static_cast<double>(run.actions) / run.seconds;
  const std::string work =
      fmt::format("convolutions and an LSTM on two 640x480 cameras, JPEGs of {} kB", bytes / 60 / 1000);
  return {{"camera_rate", rate, "actions/s", camera_rate, rate / camera_rate,
           fmt::format("{}, for {:.0f} s; {} observations, {} late, {} lost, {} refused, {} dropped", work, run.seconds,
                       run.observations, run.late, run.lost, run.refused, run.dropped)},
          time_figure("camera_images", run.images.quantile(0.5), 0,
                      "decoding, resizing and stacking both frames: " + run.images.text()),
          {"camera_images_share", run.images.mean() * rate, "of a core", 0, 0, "the same, of one core's time"},
          {"camera_process_share", run.cpu_seconds / run.seconds, "of a core", 0, 0,
           "policy, robot and both links, this process"},
          time_figure("camera_decision", run.decision.quantile(0.5), 0,
                      "receipt to the action's being sent: " + run.decision.text())};
}

}  // namespace

std::vector<Figure> bench_link(const Options& options) {
  const double seconds = 60 * options.seconds;
  std::vector<Figure> figures = latency_figures(seconds);
  for (const auto& more : {load_figures(seconds / 4), camera_figures(seconds)})
    figures.insert(figures.end(), more.begin(), more.end());
  return figures;
}

}  // namespace sinew::bench
