#include "agents/gradient_sum.h"

#include <algorithm>

#include "nets/optimizer.h"

namespace sinew {

double sum_gradients(std::span<const std::span<const float>> shards, std::span<float> total) {
  std::ranges::copy(shards[0], total.begin());
  for (const std::span<const float> shard : shards.subspan(1))
    for (size_t i = 0; i < total.size(); ++i) total[i] += shard[i];
  return norm<float>(total);
}

}  // namespace sinew
