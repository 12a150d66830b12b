#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/config_node.h"
#include "envs/env.h"

namespace sinew {

/// An env with some of its numbers hidden, which a policy without memory then lacks. A task whose env is in C++
/// configures it by `hide: {state: [x velocity]}`, with the labels of each sensor.
class PartiallyObservedEnv final : public Env {
 public:
  /// `hide`: lists of labels by sensor. Throws a located Error for an unknown sensor or label, and where no number
  /// would be left.
  PartiallyObservedEnv(std::unique_ptr<Env> whole, const ConfigNode& hide);

  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override { whole_->reset(rng); }
  StepResult step(std::span<const double> action, Rng& rng) override { return whole_->step(action, rng); }
  std::span<const double> observation(int index) const override;
  void observe_image(int index, std::span<uint8_t> frame) override { whole_->observe_image(index, frame); }
  std::span<const double> reward_terms() const override { return whole_->reward_terms(); }
  bool render(int height, int width, std::span<uint8_t> pixels) override {
    return whole_->render(height, width, pixels);
  }
  void visit_state(StateArchive& archive) override { archive("whole", *whole_); }

 private:
  std::unique_ptr<Env> whole_;
  EnvSpec spec_;
  std::vector<std::vector<int>> shown_;  // per sensor: the columns of the whole env that are shown
  mutable std::vector<double> shown_numbers_;
};

}  // namespace sinew
