// A custom learner outside the tree: REINFORCE (Williams 1992) with a baseline. With its row in the table, this program
// is a complete sinew: recipes, evaluation, metrics, checkpoints and --resume work without further code.
//
//   build/release/examples/example_reinforce train examples/reinforce.yaml
#include <algorithm>
#include <cmath>
#include <numeric>

#include "agents/run/recipe.h"
#include "agents/update/update_engine.h"
#include "apps/run.h"
#include "core/state_archive.h"
#include "nets/ops/ops.h"
#include "nets/policy/initial_policy.h"

namespace {

using namespace sinew;

struct ReinforceConfig {
  int n_steps = 256;  // per env, between two updates
  double gamma = 0.99, learning_rate = 1e-2;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("n_steps", n_steps, at_least(1));
    v.optional("gamma", gamma, between(0, 1));
    v.optional("learning_rate", learning_rate, at_least(0));
  }
};

class Reinforce final : public Algorithm {
 public:
  Reinforce(const ReinforceConfig& config, const AlgorithmContext& context)
      : config_(config),
        envs_(context.envs),
        pool_(context.pool),
        policy_(envs_.spec(), context.network, context.layers, context.stream.split("init")),
        engine_(pool_, {.parts = {{{&policy_.parameters()}}}}, context.stream.split("augment"),
                [] { return "a smaller learning_rate may help"; }),
        rows_(static_cast<size_t>(envs_.size()) * static_cast<size_t>(config.n_steps)),
        observations_(rows_ * static_cast<size_t>(policy_.observation_size())),
        actions_(rows_ * static_cast<size_t>(policy_.action_size())),
        rewards_(rows_),
        ends_(rows_),
        advantages_(rows_) {
    if (policy_.image_size() > 0 || policy_.state_size() > 0)
      fail("reinforce: neither images nor memory, in this example");
    for (uint64_t env = 0; env < static_cast<uint64_t>(envs_.size()); ++env)
      streams_.push_back(context.stream.split("action", env));
  }

  Policy& policy() override { return policy_; }
  bool start_from(const LoadedPolicy& other) override {
    sinew::start_from(policy_, *other.policy);
    return true;
  }
  std::vector<std::string> metric_names() const override { return {"train/loss", "train/mean_return_to_go"}; }
  void report(const MetricSink& metrics) override {
    metrics("train/mean_return_to_go", mean_return_to_go_);
    metrics("train/loss", loss_);
  }
  void visit_state(StateArchive& archive) override {
    archive("policy", policy_);
    archive("update", engine_);
    archive("streams", std::span(streams_));
  }

  int64_t iterate(double) override {
    for (int step = 0; step < config_.n_steps; ++step) act(static_cast<size_t>(step));
    mean_return_to_go_ = find_advantages();
    loss_ = learn();
    policy_.update_normalizers(observations_);
    return static_cast<int64_t>(rows_);
  }

 private:
  // Makes one step of all envs with sampled actions. Row step · n_envs + env.
  void act(size_t step) {
    const size_t n = static_cast<size_t>(envs_.size()), first = step * n;
    const ObservationRows rows = envs_.rows(0, envs_.size());
    std::ranges::copy(envs_.observations(), observations_.begin() + first * policy_.observation_size());
    tape_.rewind();
    const std::span<float> raw = std::span(actions_).subspan(first * policy_.action_size(), n * policy_.action_size());
    std::vector<float> log_prob(n);
    policy_.actor()(policy_.observe(tape_, rows)).sample(streams_, raw, log_prob);
    envs_.step(pool_, policy_.map_action(tape_.view({envs_.size(), policy_.action_size()}, raw.data())).values());
    for (size_t env = 0; env < n; ++env) {
      rewards_[first + env] = envs_.rewards()[env];
      ends_[first + env] = envs_.terminated()[env] || envs_.truncated()[env];
    }
  }

  // The discounted return from each step, minus the mean, divided by the standard deviation. Rewards beyond the last
  // step count as zero.
  double find_advantages() {
    const size_t n = static_cast<size_t>(envs_.size());
    for (size_t row = rows_; row-- > 0;) {
      const bool goes_on = row + n < rows_ && !ends_[row];
      advantages_[row] = rewards_[row] + static_cast<float>(config_.gamma) * (goes_on ? advantages_[row + n] : 0);
    }
    const double mean = std::accumulate(advantages_.begin(), advantages_.end(), 0.0) / static_cast<double>(rows_);
    double variance = 0;
    for (const float x : advantages_) variance += (x - mean) * (x - mean) / static_cast<double>(rows_);
    for (float& x : advantages_) x = static_cast<float>((x - mean) / (std::sqrt(variance) + 1e-8));
    return mean;
  }

  double learn() {
    std::vector<int> items(rows_);
    std::iota(items.begin(), items.end(), 0);
    double sum = 0;
    engine_.find_gradients(items, [&](const UpdateShard& shard, Tape& tape) {
      const int n = static_cast<int>(shard.items.size());
      const Observations seen = policy_.observe(tape, {.rows = n, .numbers = observations_.data()});
      const Tensor log_prob = policy_.actor()(seen).log_prob(tape.view({n, policy_.action_size()}, actions_.data()));
      const Tensor loss = -mean(log_prob * tape.view({n}, advantages_.data(), "advantage"));
      sum = loss.item();
      return loss;
    });
    engine_.check_finite(sum);
    engine_.take_step(config_.learning_rate);
    return sum;
  }

  ReinforceConfig config_;
  VecEnv& envs_;
  ThreadPool& pool_;
  Policy policy_;
  UpdateEngine engine_;
  Tape tape_{TapeMode::infer};
  std::vector<Rng> streams_;  // per env
  size_t rows_;
  std::vector<float> observations_, actions_, rewards_;
  std::vector<uint8_t> ends_;
  std::vector<float> advantages_;
  double mean_return_to_go_ = 0, loss_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Registry registry = Registry::builtin();
  registry.algorithms.push_back(
      algorithm_row<Reinforce, ReinforceConfig>("reinforce", "the policy gradient of Williams 1992"));
  return run(argc, argv, registry);
}
