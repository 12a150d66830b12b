#pragma once
#include <limits>
#include <span>
#include <vector>

namespace sinew {

class StateArchive;

/// Running mean and variance of each column, in double (Chan et al. 1979: batches are merged), and the float32 form
/// used to standardise: frozen until update() is called.
class Normalizer {
 public:
  static constexpr double limit = 10;  // standardised values are clipped to ±limit
  static constexpr double for_good = std::numeric_limits<double>::infinity();

  explicit Normalizer(int size = 0);

  int size() const { return static_cast<int>(mean_.size()); }
  /// Merges rows [rows, size()], then refreshes the float32 form.
  void update(std::span<const float> rows);

  std::span<const float> mean() const { return frozen_mean_; }
  std::span<const float> scale() const { return frozen_scale_; }  // 1 / sqrt(variance + 1e-8)

  struct State {
    double count = 0;
    std::vector<double> mean, variance;
  };
  State state() const { return {count_, mean_, variance_}; }
  /// The archive must hold a normaliser of this size.
  void visit_state(StateArchive& archive);
  /// From a policy file: standardises with exactly these values, with the weight of `count` rows; with `for_good`,
  /// update() changes nothing.
  void set_frozen(std::span<const float> mean, std::span<const float> scale, double count);

 private:
  void refresh();

  double count_ = 0;
  std::vector<double> mean_, variance_;
  std::vector<float> frozen_mean_, frozen_scale_;
};

}  // namespace sinew
