#pragma once
#include "bench/bench.h"

/// Recurrent networks: a part of `sinew bench nets`.
namespace sinew::bench {

class TorchPeer;

/// LSTMs over sequences, forward and backward, against the multiply-add peak of one core and, if present, against
/// PyTorch.
std::vector<Figure> recurrent_figures(const Options& options, double peak, TorchPeer& torch);
/// An actor's time from one frame to its action through convolutions and an LSTM.
Figure one_remembered_action(double seconds);

}  // namespace sinew::bench
