#pragma once
#include <memory>
#include <string>
#include <vector>

#include "agents/algorithm.h"
#include "agents/bc_config.h"
#include "agents/bc_shard.h"
#include "agents/demonstration_data.h"
#include "agents/demonstration_walk.h"
#include "nets/optimizer.h"

namespace sinew {

/// Behavioural cloning (Pomerleau 1989): the actor learns to do what was demonstrated, by maximum likelihood. An
/// iteration is an epoch; its "env steps" are the demonstrated steps that were learnt from. The envs are not stepped:
/// they say what the task is, and evaluate. See docs/algorithms/bc.md.
class BehaviorCloning : public Algorithm {
 public:
  BehaviorCloning(const BcConfig& config, const AlgorithmContext& context);

  Policy& policy() override { return policy_; }
  int64_t iterate(double progress, const MetricSink& metrics) override;
  void visit_state(StateArchive& archive) override;
  std::vector<std::string> metric_names() const override;

 private:
  void make_sequences();
  void make_shards();
  void remember();
  BcShard::Sums run_minibatch(std::span<const int> sequences);
  void take_step(double learning_rate);
  double validation_error();
  [[noreturn]] void fail_diverged(const char* what) const;

  BcConfig config_;
  ThreadPool& pool_;
  Policy policy_;
  DemonstrationData data_;
  DemonstrationWalk walk_;
  BcSequences sequences_;
  std::vector<std::unique_ptr<BcShard>> shards_;
  std::vector<std::span<float>> gradients_;  // theirs
  Adam adam_;
  Rng shuffle_stream_, augment_stream_;
  std::vector<int> order_;  // of the sequences
  int64_t n_updates_ = 0, epochs_ = 0;
};

}  // namespace sinew
