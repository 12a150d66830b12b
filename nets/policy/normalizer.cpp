#include "nets/policy/normalizer.h"

#include <cassert>
#include <cmath>

#include "core/state_archive.h"

namespace sinew {

Normalizer::Normalizer(int size)
    : mean_(size, 0.0), variance_(size, 1.0), frozen_mean_(size, 0.0f), frozen_scale_(size, 1.0f) {}

void Normalizer::update(std::span<const float> rows) {
  const int n = size();
  if (n == 0 || rows.empty() || count_ == for_good) return;
  assert(rows.size() % n == 0);
  const double batch = static_cast<double>(rows.size() / n);
  std::vector<double> batch_mean(n), batch_m2(n);
  for (size_t r = 0; r < rows.size(); r += n)
    for (int i = 0; i < n; ++i) batch_mean[i] += rows[r + i];
  for (double& m : batch_mean) m /= batch;
  for (size_t r = 0; r < rows.size(); r += n)
    for (int i = 0; i < n; ++i) batch_m2[i] += (rows[r + i] - batch_mean[i]) * (rows[r + i] - batch_mean[i]);
  const double total = count_ + batch;
  for (int i = 0; i < n; ++i) {
    const double delta = batch_mean[i] - mean_[i];
    const double m2 = (count_ > 0 ? variance_[i] * count_ : 0) + batch_m2[i] + delta * delta * count_ * batch / total;
    mean_[i] += delta * batch / total;
    variance_[i] = m2 / total;
  }
  count_ = total;
  refresh();
}

void Normalizer::refresh() {
  frozen_mean_.resize(mean_.size());
  frozen_scale_.resize(mean_.size());
  for (int i = 0; i < size(); ++i) {
    frozen_mean_[i] = static_cast<float>(mean_[i]);
    frozen_scale_[i] = static_cast<float>(1 / std::sqrt(variance_[i] + 1e-8));
  }
}

void Normalizer::visit_state(StateArchive& archive) {
  archive("count", count_);
  archive("mean", std::span(mean_));
  archive("variance", std::span(variance_));
  if (archive.restoring()) refresh();
}

void Normalizer::set_frozen(std::span<const float> mean, std::span<const float> scale, double count) {
  frozen_mean_.assign(mean.begin(), mean.end());
  frozen_scale_.assign(scale.begin(), scale.end());
  count_ = count;
  mean_.assign(mean.begin(), mean.end());
  variance_.resize(mean.size());
  for (int i = 0; i < size(); ++i) variance_[i] = 1.0 / (static_cast<double>(scale[i]) * scale[i]) - 1e-8;
}

}  // namespace sinew
