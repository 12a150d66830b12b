#pragma once
#include <span>

namespace sinew {

/// total = the sum of the shards' gradients, in the order of the shards. Returns its Euclidean norm.
/// The one place where gradients of several workers meet.
double sum_gradients(std::span<const std::span<const float>> shards, std::span<float> total);

}  // namespace sinew
