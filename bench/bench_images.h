#pragma once
#include "bench/bench.h"

/// Convolutional networks: a part of `sinew bench nets`.
namespace sinew::bench {

class TorchPeer;

/// The field's standard networks, forward and backward, against the multiply-add peak of one core and, if present,
/// against PyTorch.
std::vector<Figure> image_figures(const Options& options, double peak, TorchPeer& torch);
/// An actor's time from one frame to its action.
Figure one_image_action(double seconds);

}  // namespace sinew::bench
