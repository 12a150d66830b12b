// sinew log: the contents of a session's recording.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/command_line/json_file_internal.h"
#include "apps/command_line/policy_path.h"
#include "apps/robot/stream_status_internal.h"
#include "apps/robot_commands.h"
#include "core/input_path.h"
#include "nets/formats/policy_file.h"
#include "robots/recording/recorded_demonstrations.h"
#include "robots/recording/replay_recording.h"
#include "vision/plot.h"
#include "vision/png.h"

namespace sinew {
namespace {

constexpr const char* profile_first_line = "# Delays of a link, as 'sinew log --profile' measured them.";

struct LogArguments {
  std::string recording, what = "commands";
  std::optional<std::string> plot, profile, json, policy, demonstrations;
  bool replay = false;
};

struct Latencies {
  LatencyHistogram observation, decode, compute, action_age, round_trip;
};

std::unique_ptr<Latencies> latencies_of(const Recording& recording) {
  auto all = std::make_unique<Latencies>();
  const auto add = [](LatencyHistogram& histogram, const std::optional<double>& seconds) {
    if (seconds) histogram.add(*seconds);
  };
  for (const RecordedLatency& one : recording.latencies) {
    add(all->observation, one.observation_delay);
    add(all->decode, one.decode);
    add(all->compute, one.compute);
    add(all->action_age, one.action_age);
    add(all->round_trip, one.round_trip);
  }
  return all;
}

double begin_of(const Recording& recording) {
  double begin = std::numeric_limits<double>::infinity();
  if (!recording.observations.empty()) begin = recording.observations.front().received;
  if (!recording.events.empty()) begin = std::min(begin, recording.events.front().time);
  return begin;
}

double seconds_of(const Recording& recording) {
  return recording.observations.empty()
             ? 0
             : recording.observations.back().received - recording.observations.front().received;
}

void print_summary(const std::string& path, const Recording& recording) {
  const RecordedSession& session = recording.session;
  fmt::print("{}: {}\n", path, recording.damage.empty() ? "whole" : recording.damage);
  fmt::print("recorded at {} by the {}'s side: the robot '{}'{}\n", session.started, session.side, session.robot,
             session.policy.empty()
                 ? ""
                 : fmt::format(", the policy '{}' ({})", session.policy, session.policy_hash.substr(0, 12)));
  std::array<uint64_t, refusal_count> refused{};
  uint64_t limited = 0, images = 0, armed = 0;
  for (const RecordedAction& action : recording.actions) {
    ++refused[static_cast<size_t>(action.refusal)];
    limited += action.limited;
    armed += action.session > 0;
  }
  for (const RecordedObservation& observation : recording.observations) images += observation.message.images.size();
  fmt::print("{:.1f} s, {} observations with {} images, {} actions, {} of them of an armed robot\n",
             seconds_of(recording), recording.observations.size(), images, recording.actions.size(), armed);
  if (limited > 0) fmt::print("numbers limited by the {}'s gate: {}\n", session.side, limited);
  for (size_t i = 1; i < refusal_count; ++i)
    if (refused[i] > 0)
      fmt::print("refused by the {}'s gate as {}: {}\n", session.side, name_of(static_cast<Refusal>(i)), refused[i]);
  const auto all = latencies_of(recording);
  const std::pair<const char*, const LatencyHistogram*> rows[] = {
      {"observation to action at the robot", &all->action_age},
      {"  observation to its receipt", &all->observation},
      {"  decoding the images", &all->decode},
      {"  receipt to the policy's answer", &all->compute},
      {"heartbeat there and back", &all->round_trip}};
  for (const auto& [name, histogram] : rows)
    if (histogram->count() > 0) fmt::print("{:<36}{}\n", name, histogram->text());
  for (const RecordedEvent& event : recording.events)
    fmt::print("{:9.3f} s  {}\n", event.time - begin_of(recording), event.text);
}

void write_summary(const std::string& path, const Recording& recording) {
  const auto all = latencies_of(recording);
  nlohmann::ordered_json events = nlohmann::ordered_json::array();
  for (const RecordedEvent& event : recording.events)
    events.push_back({{"time", event.time - begin_of(recording)}, {"text", event.text}});
  write_json(path, {{"side", recording.session.side},
                    {"robot", recording.session.robot},
                    {"policy", recording.session.policy},
                    {"damage", recording.damage},
                    {"seconds", seconds_of(recording)},
                    {"observations", recording.observations.size()},
                    {"actions", recording.actions.size()},
                    {"latencies",
                     {{"action_age", latency_json(all->action_age)},
                      {"observation", latency_json(all->observation)},
                      {"compute", latency_json(all->compute)},
                      {"round_trip", latency_json(all->round_trip)}}},
                    {"events", events}});
}

// One curve per actuator, or one of the latency.
PlotSpec plot_of(const Recording& recording, const std::string& what) {
  PlotSpec plot{.title = fmt::format("{}: {}", recording.session.robot, what), .x_label = "s"};
  const double begin = begin_of(recording);
  if (what == "latency") {
    plot.y_label = "observation to action at the robot, ms";
    PlotCurve& curve = plot.curves.emplace_back(PlotCurve{.name = "latency"});
    for (const RecordedLatency& one : recording.latencies) {
      if (!one.action_age) continue;
      curve.x.push_back(one.time - begin);
      curve.mean.push_back(1e3 * *one.action_age);
    }
    return plot;
  }
  plot.y_label = what == "joints" ? "measured position" : "command after the gate";
  for (size_t i = 0; i < recording.session.limits.size(); ++i) {
    PlotCurve& curve = plot.curves.emplace_back(PlotCurve{.name = recording.session.limits[i].name});
    const auto add = [&](double time, const std::vector<double>& values) {
      if (i >= values.size()) return;
      curve.x.push_back(time - begin);
      curve.mean.push_back(values[i]);
    };
    if (what == "joints")
      for (const RecordedObservation& one : recording.observations) add(one.received, one.message.joints);
    else
      for (const RecordedAction& one : recording.actions)
        if (one.refusal == Refusal::none) add(one.time, one.values);
  }
  return plot;
}

// Recordings made before version 0.2 may hold the hash that includes the learner's weights.
bool has_weights(const LoadedPolicy& loaded, const std::string& hash) {
  return loaded.policy->weights_hash() == hash || whole_weights_hash(loaded) == hash;
}

// The policy that was requested, else the recorded one: its path is relative to the recording, in older recordings as
// it was typed.
std::string replayed_policy(const LogArguments& arguments, const RecordedSession& session,
                            const LayerTable<float>& layers) {
  if (arguments.policy) return policy_path(*arguments.policy);
  if (session.policy_path.empty())
    fail("'{}' does not say where its policy is; name it with --policy", arguments.recording);
  const BaseFolder folder = BaseFolder::of_file(arguments.recording);
  for (const BaseFolder& from : {folder, BaseFolder()})
    if (const FoundFile found = find_file(session.policy_path, from); found.is_there) return found.path;
  for (const std::string& place : places_if_moved(session.policy_path, folder.named()))
    if (has_weights(load_policy(place, layers), session.policy_hash)) return place;
  fail("the policy '{}' that '{}' was recorded with is not there{}; name it with --policy", session.policy_path,
       arguments.recording, find_file(session.policy_path, folder).looked());
}

int run_again(const LogArguments& arguments, const Recording& recording, const LayerTable<float>& layers) {
  with_context(arguments.recording, [&] { check_recorded_by_policy(recording.session); });
  const std::string path = replayed_policy(arguments, recording.session, layers);
  const LoadedPolicy loaded = load_policy(path, layers);
  if (!has_weights(loaded, recording.session.policy_hash))
    fmt::print("{} is another policy than the recorded one: its weights differ\n", path);
  const RecordingReplay replay = replay_recording(recording, *loaded.policy);
  fmt::print("{} of {} actions come out with the same bits when {} runs again\n", replay.equal, replay.actions, path);
  if (replay.first_difference.empty()) return 0;
  fmt::print("first difference: {}\n", replay.first_difference);
  return 1;
}

void write_demonstrations(const std::string& path, const std::string& recording_path, const Recording& recording) {
  const RecordedDemonstrations made = with_context(recording_path, [&] {
    return demonstrations_of(recording,
                             fmt::format("{}, recorded at {}", recording.session.robot, recording.session.started));
  });
  save_demonstrations(path, made.demonstrations);
  const int episodes = made.demonstrations.episodes();
  fmt::print("demonstrations: {}: {} steps, {} episode{}", path, made.demonstrations.rows, episodes,
             episodes == 1 ? "" : "s");
  const std::pair<uint64_t, const char*> left_out[] = {{made.unarmed, "of a robot that was not armed"},
                                                       {made.refused, "refused by a gate"},
                                                       {made.of_no_use, "without a whole observation"}};
  for (const auto& [count, what] : left_out)
    if (count > 0) fmt::print("; left out {} {}", count, what);
  fmt::print(" (`demonstrations:` of a recipe's `algorithm: {{name: bc}}`)\n");
}

int log_command(const LogArguments& arguments, const LayerTable<float>& layers) {
  if (arguments.policy && !arguments.replay) fail("--policy is what --replay runs; add --replay");
  if (arguments.what != "commands" && arguments.what != "joints" && arguments.what != "latency")
    fail("--show {}: commands, joints or latency", arguments.what);
  const Recording recording = read_recording(arguments.recording);
  print_summary(arguments.recording, recording);
  if (arguments.json) write_summary(*arguments.json, recording);
  if (arguments.plot) {
    write_png(*arguments.plot, draw_plot(plot_of(recording, arguments.what)));
    fmt::print("plot: {}\n", *arguments.plot);
  }
  if (arguments.profile) {
    const LatencyProfile profile = with_context(arguments.recording, [&] { return measured_profile(recording); });
    write_file_atomically(*arguments.profile, fmt::format("{}\n{}", profile_first_line, to_yaml(profile)));
    fmt::print("latency profile: {} (`delay:` of a task, `--profile` of 'sinew robot')\n", *arguments.profile);
  }
  if (arguments.demonstrations) write_demonstrations(*arguments.demonstrations, arguments.recording, recording);
  return arguments.replay ? run_again(arguments, recording, layers) : 0;
}

}  // namespace

Command::Work declare_log(CommandLine& line, const LayerTable<float>& layers) {
  auto arguments = std::make_shared<LogArguments>();
  line.argument("F.mcap", arguments->recording, "a recording that 'sinew stream', or 'sinew robot --record', made")
      .is_input();
  line.flag("--replay", arguments->replay, "runs the policy on it again; exit code 1 where the bits are not the same");
  line.option("--policy", arguments->policy, "POLICY", "runs this one instead of the recorded one").is_input();
  line.option("--plot", arguments->plot, "F.png", "draws a chart of it").is_output(png_picture());
  line.option("--show", arguments->what, "WHAT", "what the chart shows: commands, joints or latency");
  line.option("--profile", arguments->profile, "F.yaml",
              "writes the delays that it measured, for a task or 'sinew robot'")
      .is_output(yaml_of_ours("a latency profile of 'sinew log'", profile_first_line));
  line.option("--demonstrations", arguments->demonstrations, "F.safetensors",
              "writes what was observed and done, for a recipe's behavioural cloning")
      .is_output(tensor_file("demonstrations", demonstrations_format));
  line.option("--json", arguments->json, "F", "also writes the summary to a file")
      .is_output(json_result("'sinew log'", {"side", "robot", "policy", "damage"}));
  line.example("sinew log recordings/pendulum.mcap --replay --plot chart.png --show joints");
  return [arguments, &layers] { return log_command(*arguments, layers); };
}

}  // namespace sinew
