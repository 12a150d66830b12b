#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "robots/link/policy_client.h"

namespace sinew {

/// "armed 50.0 Hz  p50 0.80 ms p99 1.40 ms  late 0 lost 0 dropped 0 refused 0 limited 3": latencies, and the counts of
/// both sides together. `rate`: recent observations per second.
std::string status_line(const PolicyClient& client, double rate);

/// The summary of a session: counts, latencies, and, if `histogram`, their distribution as rows of bars.
std::string final_report(const PolicyClient& client, double seconds, bool histogram);
/// The same as numbers: counts, and the quantiles of each latency in s.
nlohmann::ordered_json report_json(const PolicyClient& client, double seconds);

/// {"count", "mean", "p50", "p99", "p999", "max"}, s.
nlohmann::ordered_json latency_json(const LatencyHistogram& histogram);

}  // namespace sinew
