#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/config_node.h"
#include "envs/env.h"

namespace sinew {

/// An env some of whose numbers are hidden: what a policy without memory then lacks. A task whose env is in C++ says
/// so by `hide: {state: [x velocity]}`, by the labels of each sensor.
class PartialEnv final : public Env {
 public:
  /// `hide`: of sensors, lists of labels. Throws a located Error for a sensor or a label that is not there, and where
  /// nothing would be left.
  PartialEnv(std::unique_ptr<Env> whole, const ConfigNode& hide);

  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override { whole_->reset(rng); }
  StepResult step(std::span<const double> action, Rng& rng) override { return whole_->step(action, rng); }
  void observe(int index, std::span<double> out) const override;
  void observe_image(int index, std::span<uint8_t> frame) override { whole_->observe_image(index, frame); }
  std::span<const double> reward_terms() const override { return whole_->reward_terms(); }
  bool render(int height, int width, std::span<uint8_t> pixels) override {
    return whole_->render(height, width, pixels);
  }
  void visit_state(StateArchive& archive) override { archive("whole", *whole_); }

 private:
  std::unique_ptr<Env> whole_;
  EnvSpec spec_;
  std::vector<std::vector<int>> shown_;  // per sensor: the columns of the whole env's
  mutable std::vector<double> numbers_;
};

}  // namespace sinew
