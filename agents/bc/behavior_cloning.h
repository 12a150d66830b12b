#pragma once
#include <memory>
#include <string>
#include <vector>

#include "agents/algorithm.h"
#include "agents/bc/bc_config.h"
#include "agents/bc/bc_loss.h"
#include "agents/data/demonstration_data.h"
#include "agents/data/demonstration_replay.h"
#include "agents/update/update_engine.h"

namespace sinew {

/// Behavioural cloning (Pomerleau 1989): the actor learns the demonstrated actions by maximum likelihood. An iteration
/// is an epoch; its "env steps" are the demonstrated steps used for learning. The envs are not stepped: they describe
/// the task, and evaluate. See docs/algorithms/bc.md.
class BehaviorCloning : public Algorithm {
 public:
  BehaviorCloning(const BcConfig& config, const AlgorithmContext& context);

  Policy& policy() override { return policy_; }
  bool start_from(const LoadedPolicy& other) override;
  int64_t iterate(double progress) override;
  void report(const MetricSink& metrics) override;
  void visit_state(StateArchive& archive) override;
  std::vector<std::string> metric_names() const override;

 private:
  UpdateOptions update_options();
  int sequences_of_a_batch() const;
  void remember();
  BcSums run_minibatch(std::span<const int> sequences);
  double validation_error();

  BcConfig config_;
  ThreadPool& pool_;
  Policy policy_;
  DemonstrationData data_;
  DemonstrationReplay replay_;
  BcSequences sequences_;
  UpdateEngine engine_;
  std::vector<BcLoss> losses_;  // per shard
  Rng shuffle_stream_;
  std::vector<int> order_;  // of the sequences
  int64_t epochs_ = 0;
  MetricValues report_;
};

}  // namespace sinew
