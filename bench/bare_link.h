#pragma once
#include "robots/link/latency_histogram.h"

/// The lower bound of a link's latency: ZeroMQ and the scheduler, and nothing else.
namespace sinew::bench {

/// Round trips at `rate` per second for `seconds`: a message of `bytes_there` out over tcp on this computer and one of
/// `bytes_back` in return, each received by a thread that blocks on it.
LatencyHistogram bare_round_trips(double rate, double seconds, int bytes_there, int bytes_back);

/// Wake-ups at the same rate and for the same time: from the moment one thread wakes another until the other runs.
LatencyHistogram wake_ups(double rate, double seconds);

}  // namespace sinew::bench
