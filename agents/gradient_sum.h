#pragma once
#include <span>

namespace sinew {

/// Into how many pieces a minibatch is cut, which threads share: `n_shards`, or, where that is 0, by its size. It follows
/// from the config alone, so that the result does not depend on the number of threads.
int pieces_of(int batch_size, int n_shards);

/// Adds gradients of the same parameters, in their order, into the first one. Returns the squared Euclidean norm of the
/// sum. The one place where gradients of several workers meet.
double sum_gradients(std::span<const std::span<float>> gradients);

}  // namespace sinew
