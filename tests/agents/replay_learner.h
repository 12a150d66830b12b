// A learner with a state of any size: a ring of transitions, as off-policy learners have, and numbers beside it.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "agents/algorithm.h"
#include "core/row_log.h"
#include "core/state_archive.h"
#include "envs/vec_env.h"

namespace sinew {

struct ReplayConfig {
  int64_t capacity = 64;     // transitions
  int64_t row_floats = 4;    // a transition's
  int64_t state_floats = 0;  // that are saved again with each checkpoint

  template <class V>
  void visit(V& v) {
    v.optional("capacity", capacity);
    v.optional("row_floats", row_floats);
    v.optional("state_floats", state_floats);
  }
};

/// One step an iteration. Each draws a transition, on which the policy's first weight and the next action depend: a
/// wrong row anywhere would show in the weights.
class ReplayLearner final : public Algorithm {
 public:
  ReplayLearner(const ReplayConfig& config, const AlgorithmContext& context)
      : config_(config),
        envs_(context.envs),
        pool_(context.pool),
        policy_(envs_.spec(), context.network, context.layers, context.stream.split("init")),
        stream_(context.stream.split("replay")),
        ring_(static_cast<size_t>(config.capacity * config.row_floats)),
        state_(static_cast<size_t>(config.state_floats)) {}

  Policy& policy() override { return policy_; }
  bool start_from(const LoadedPolicy&) override { return true; }
  void report(const MetricSink& metrics) override { metrics("train/drawn", drawn_); }
  std::vector<std::string> metric_names() const override { return {"train/drawn"}; }

  int64_t iterate(double) override {
    const auto n = static_cast<size_t>(envs_.size());
    actions_.assign(n * static_cast<size_t>(envs_.spec().actions.size()), std::tanh(static_cast<float>(drawn_)));
    envs_.step(pool_, actions_);
    for (size_t env = 0; env < n; ++env) {
      const std::span<float> row = row_of(end_++);
      std::ranges::fill(row, envs_.rewards()[env]);
      row[0] = envs_.observations()[env * envs_.observations().size() / n];
    }
    const uint64_t held = end_ - begin();
    const std::span<const float> row = row_of(begin() + stream_.below(static_cast<uint32_t>(held)));
    drawn_ = row.front() + row.back();
    if (!state_.empty()) state_[end_ % state_.size()] = static_cast<float>(drawn_);
    float& weight = policy_.parameters().list().front().values()[0];
    weight = 0.9f * weight + 0.01f * static_cast<float>(drawn_);
    return envs_.size();
  }

  void visit_state(StateArchive& archive) override {
    archive("policy", policy_);
    archive("stream", stream_);
    archive("drawn", drawn_);
    archive("state", std::span(state_));
    RowLog rows{
        .row_bytes = static_cast<size_t>(config_.row_floats) * sizeof(float),
        .capacity = static_cast<uint64_t>(config_.capacity),
        .begin = begin(),
        .end = end_,
        .get = [this](uint64_t row,
                      std::span<char> bytes) { std::memcpy(bytes.data(), row_of(row).data(), bytes.size()); },
        .put = [this](uint64_t row,
                      std::span<const char> bytes) { std::memcpy(row_of(row).data(), bytes.data(), bytes.size()); }};
    archive("transitions", rows);
    end_ = rows.end;
  }

 private:
  uint64_t begin() const { return end_ - std::min(end_, static_cast<uint64_t>(config_.capacity)); }
  std::span<float> row_of(uint64_t row) {
    const auto size = static_cast<size_t>(config_.row_floats);
    return std::span(ring_).subspan(row % static_cast<uint64_t>(config_.capacity) * size, size);
  }

  ReplayConfig config_;
  VecEnv& envs_;
  ThreadPool& pool_;
  Policy policy_;
  Rng stream_;
  std::vector<float> ring_, state_, actions_;
  uint64_t end_ = 0;  // transitions seen
  double drawn_ = 0;
};

inline AlgorithmRow replay_row() {
  return algorithm_row<ReplayLearner, ReplayConfig>("replay", "draws from a ring of transitions");
}

}  // namespace sinew
