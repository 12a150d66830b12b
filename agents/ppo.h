#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "agents/algorithm.h"
#include "agents/ppo_config.h"
#include "agents/ppo_shard.h"
#include "agents/reward_normalizer.h"
#include "agents/rollout.h"
#include "nets/optimizer.h"

namespace sinew {

/// Proximal policy optimisation (Schulman et al. 2017) with the details that matter (Huang et al.
/// 2022, "The 37 implementation details of PPO"); see docs/algorithms/ppo.md.
class Ppo : public Algorithm {
 public:
  Ppo(const PpoConfig& config, const AlgorithmContext& context);
  ~Ppo() override;

  Policy& policy() override { return policy_; }
  int64_t iterate(double progress, const MetricSink& metrics) override;
  std::vector<std::string> metric_names() const override;
  void visit_state(StateArchive& archive) override;

  /// Learns from a roll-out whose advantages are there: n_epochs over its minibatches.
  void learn(const Rollout& rollout, double progress, const MetricSink& metrics);

 private:
  void make_shards();
  PpoSums run_minibatch(const Rollout& rollout, std::span<const int> sequences, double clip_range);
  void take_step(double learning_rate);
  void rest_actor();
  void end_warmup_after(int64_t steps);
  [[noreturn]] void fail_diverged(const char* what) const;
  void adapt_learning_rate(double approx_kl, double desired_kl);

  PpoConfig config_;
  ThreadPool& pool_;
  Policy policy_;
  RolloutCollector collector_;
  Rollout rollout_;
  std::optional<RewardNormalizer> reward_normalizer_;
  Adam adam_;
  Rng shuffle_stream_, augment_stream_;
  std::vector<std::vector<std::unique_ptr<PpoShard>>> shards_;  // [parts of the network][pieces of the rows]
  std::vector<std::vector<std::span<float>>> gradients_;         // theirs
  std::vector<int> order_;  // of the sequences
  double adaptive_rate_;
  int64_t n_updates_ = 0;
  int64_t warmup_left_ = 0;                // env steps
  std::vector<const Parameter*> resting_;  // meanwhile: all but the critic's own
};

}  // namespace sinew
