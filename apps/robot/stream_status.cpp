#include "apps/robot/stream_status_internal.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/command_line/terminal.h"

namespace sinew {
namespace {

using nlohmann::ordered_json;

struct NamedLatency {
  const char* name;  // in the report
  const char* key;   // in JSON
  const LatencyHistogram& histogram;
};

std::vector<NamedLatency> all_latencies(const PolicyLinkLatencies& all) {
  return {{"observation to action at the robot", "action_age", all.action_age},
          {"  observation to its receipt here", "observation", all.observation},
          {"  receipt to the action's being sent", "decision", all.decision},
          {"  decoding the images", "images", all.images},
          {"heartbeat there and back", "round_trip", all.round_trip}};
}

std::string bars(const LatencyHistogram& histogram) {
  constexpr double longest = 40;  // characters
  uint64_t most = 1;
  for (const LatencyRow& row : histogram.rows()) most = std::max(most, row.count);
  std::string text;
  for (const LatencyRow& row : histogram.rows())
    text += fmt::format(
        "    up to {:>8}  {:>9}  {}\n", duration_text(row.high), with_commas(static_cast<int64_t>(row.count)),
        std::string(static_cast<size_t>(longest * static_cast<double>(row.count) / static_cast<double>(most)), '#'));
  return text;
}

std::string count(uint64_t value) { return with_commas(static_cast<int64_t>(value)); }

}  // namespace

std::string status_line(const PolicyClient& client, double rate) {
  const RobotStatus& robot = client.robot();
  const PolicyLinkCounters& counters = client.counters();
  // If the robot follows actions, the latency that it reports; if not, the latency measured here.
  const LatencyHistogram& age = client.latencies().action_age;
  const LatencyHistogram& latency = age.count() > 0 ? age : client.latencies().observation;
  return fmt::format("{} {:.1f} Hz  p50 {} p99 {}  late {} lost {} dropped {} refused {} limited {}",
                     robot.connected ? name_of(robot.mode) : "no connection", rate,
                     duration_text(latency.quantile(0.5)), duration_text(latency.quantile(0.99)), counters.late.load(),
                     counters.lost.load(), counters.dropped.load(), client.refused() + robot.refused.load(),
                     client.limited() + robot.limited.load());
}

std::string final_report(const PolicyClient& client, double seconds, bool histogram) {
  const PolicyLinkCounters& counters = client.counters();
  const RobotStatus& robot = client.robot();
  std::string text = fmt::format("{:.1f} s, {} observations, {} actions\n", seconds, count(counters.observations),
                                 count(counters.actions));
  for (const NamedLatency& latency : all_latencies(client.latencies()))
    if (latency.histogram.count() > 0) text += fmt::format("{:<38}{}\n", latency.name, latency.histogram.text());
  text += fmt::format(
      "observations late {}, lost {}, unusable {}, not arrived in time {} times; actions dropped {}; connection lost "
      "{} times\n",
      count(counters.late), count(counters.lost), count(counters.unusable), count(client.timeouts()),
      count(counters.dropped), count(counters.reconnections));
  if (client.latencies().images.count() > 0)
    text += fmt::format("pictures the same as the one before {}, without contrast {}\n", count(counters.same_pictures),
                        count(counters.flat_pictures));
  text += fmt::format("actions refused here {}, by the robot {}; numbers limited here {}, by the robot {}\n",
                      count(client.refused()), count(robot.refused), count(client.limited()), count(robot.limited));
  text += "real time: " + client.real_time_report() + "\n";
  if (histogram && client.latencies().action_age.count() > 0)
    text += "observation to action at the robot:\n" + bars(client.latencies().action_age);
  return text;
}

ordered_json latency_json(const LatencyHistogram& histogram) {
  return {{"count", histogram.count()},      {"mean", histogram.mean()},          {"p50", histogram.quantile(0.5)},
          {"p99", histogram.quantile(0.99)}, {"p999", histogram.quantile(0.999)}, {"max", histogram.max()}};
}

ordered_json report_json(const PolicyClient& client, double seconds) {
  const PolicyLinkCounters& counters = client.counters();
  const RobotStatus& robot = client.robot();
  ordered_json report{{"seconds", seconds},
                      {"observations", counters.observations.load()},
                      {"actions", counters.actions.load()},
                      {"late", counters.late.load()},
                      {"lost", counters.lost.load()},
                      {"timeouts", client.timeouts()},
                      {"dropped", counters.dropped.load()},
                      {"unusable", counters.unusable.load()},
                      {"pictures", {{"same", counters.same_pictures.load()}, {"flat", counters.flat_pictures.load()}}},
                      {"reconnections", counters.reconnections.load()},
                      {"refused", {{"policy", client.refused()}, {"robot", robot.refused.load()}}},
                      {"limited", {{"policy", client.limited()}, {"robot", robot.limited.load()}}},
                      {"real_time", client.real_time_report()}};
  for (const NamedLatency& latency : all_latencies(client.latencies()))
    report["latencies"][latency.key] = latency_json(latency.histogram);
  return report;
}

}  // namespace sinew
