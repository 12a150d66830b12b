#pragma once
#include "nets/layers/layer.h"
#include "nets/ops/augment.h"

namespace sinew {

/// The rows of the table whose layers change their input at random during training: random_shift, colour_jitter, noise.
/// When the tape has no random(), they pass it through unchanged.
template <class T>
LayerTable<T> augment_layers();

}  // namespace sinew
