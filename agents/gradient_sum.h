#pragma once
#include <memory>
#include <span>
#include <vector>

#include "agents/ppo_shard.h"

namespace sinew {

/// Adds the gradients of one part's shards, in their order, into the first one's. Returns the squared
/// Euclidean norm of the sum. The one place where gradients of several workers meet.
double sum_gradients(std::span<const std::unique_ptr<PpoShard>> shards);

}  // namespace sinew
