#pragma once
#include "nets/layers/layer.h"
#include "nets/ops/augment.h"

namespace sinew {

/// The rows of the table whose layers change their input at random while a network learns: random_shift,
/// colour_jitter, noise. Where the tape has no random() they hand it on as it is.
template <class T>
LayerTable<T> augment_layers();

}  // namespace sinew
