#pragma once
#include "robots/link/latency_histogram.h"

/// What bounds a link: ZeroMQ and the scheduler, and nothing else.
namespace sinew::bench {

/// `rate` times a second for `seconds`, a message of so many bytes there over tcp on this computer, and one back, each
/// from a thread that waits for it.
LatencyHistogram bare_round_trips(double rate, double seconds, int bytes_there, int bytes_back);

/// Likewise: from the moment that a thread wakes another to that one's running.
LatencyHistogram wake_ups(double rate, double seconds);

}  // namespace sinew::bench
