#include "agents/gradient_sum.h"

#include <algorithm>

#include "nets/optimizer.h"

namespace sinew {

int pieces_of(int batch_size, int n_shards) {
  if (n_shards > 0) return std::min(n_shards, batch_size);
  return batch_size < 64 ? 1 : std::clamp(batch_size / 512, 2, 16);
}

double sum_gradients(std::span<const std::span<float>> gradients) {
  const std::span<float> total = gradients[0];
  for (const std::span<float> part : gradients.subspan(1))
    for (size_t i = 0; i < total.size(); ++i) total[i] += part[i];
  const double length = norm<float>(total);
  return length * length;
}

}  // namespace sinew
