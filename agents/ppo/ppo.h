#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "agents/algorithm.h"
#include "agents/data/reward_normalizer.h"
#include "agents/data/rollout.h"
#include "agents/ppo/ppo_config.h"
#include "agents/ppo/ppo_loss.h"
#include "agents/update/actor_critic.h"
#include "agents/update/update_engine.h"

namespace sinew {

/// Proximal policy optimisation (Schulman et al. 2017) with the details that matter (Huang et al.
/// 2022, "The 37 implementation details of PPO"); see docs/algorithms/ppo.md.
class Ppo : public Algorithm {
 public:
  Ppo(const PpoConfig& config, const AlgorithmContext& context);
  ~Ppo() override;

  Policy& policy() override { return networks_.policy; }
  const Critic& critic() const { return networks_.critic; }
  LearnerParameters learner_parameters() const override { return {&networks_.critic.parameters()}; }
  bool start_from(const LoadedPolicy& other) override;
  int64_t iterate(double progress) override;
  void report(const MetricSink& metrics) override;
  std::vector<std::string> metric_names() const override;
  void visit_state(StateArchive& archive) override;

  /// Learns from a roll-out whose advantages are computed: n_epochs over its minibatches.
  void learn(const Rollout& rollout, double progress);

 private:
  UpdateOptions update_options();
  void make_losses();
  PpoSums run_minibatch(const Rollout& rollout, std::span<const int> sequences, double clip_range);
  void warm_up();
  void end_warmup_after(int64_t steps);
  std::string advice() const;
  void adapt_learning_rate(double approx_kl, double desired_kl);

  PpoConfig config_;
  ThreadPool& pool_;
  ActorCritic networks_;
  RolloutCollector collector_;
  Rollout rollout_;
  std::optional<RewardNormalizer> reward_normalizer_;
  UpdateEngine engine_;
  Rng shuffle_stream_;
  std::vector<PpoLoss> losses_;  // per shard
  std::vector<int> order_;       // of the sequences
  double adaptive_rate_;
  int64_t warmup_left_ = 0;  // env steps
  MetricValues report_;
};

}  // namespace sinew
