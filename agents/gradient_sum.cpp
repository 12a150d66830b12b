#include "agents/gradient_sum.h"

#include "nets/optimizer.h"

namespace sinew {

double sum_gradients(std::span<const std::unique_ptr<PpoShard>> shards) {
  PpoShard& first = *shards[0];
  float* total = first.gradient().data();
  for (const auto& shard : shards.subspan(1)) {
    const float* part = shard->gradient().data();
    for (size_t i = first.begin(); i < first.end(); ++i) total[i] += part[i];
  }
  const double length = norm<float>({total + first.begin(), first.end() - first.begin()});
  return length * length;
}

}  // namespace sinew
