#include "agents/ppo.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "agents/gradient_sum.h"
#include "nets/ops.h"

namespace sinew {

// Sums over rows, so that shards and minibatches add up.
struct Ppo::Sums {
  double rows = 0, policy_loss = 0, value_loss = 0, entropy = 0, kl = 0, clipped = 0;
  Sums& operator+=(const Sums& other) {
    rows += other.rows;
    policy_loss += other.policy_loss;
    value_loss += other.value_loss;
    entropy += other.entropy;
    kl += other.kl;
    clipped += other.clipped;
    return *this;
  }
};

// A share of each minibatch: the same rows whatever the number of threads.
struct Ppo::Shard {
  Tape tape;
  std::vector<float> gradient, observations, actions, log_probs, advantages, returns, values;
  Sums sums;

  Shard(size_t parameters, int rows, int observation_size, int action_size)
      : gradient(parameters),
        observations(static_cast<size_t>(rows) * observation_size),
        actions(static_cast<size_t>(rows) * action_size),
        log_probs(rows),
        advantages(rows),
        returns(rows),
        values(rows) {}
};

namespace {

int shards_for(const PpoConfig& config) {
  if (config.n_shards > 0) return std::min(config.n_shards, config.batch_size);
  return config.batch_size < 64 ? 1 : std::clamp(config.batch_size / 512, 2, 16);
}

int64_t nearest_divisor(int64_t number, int64_t wanted) {
  for (int64_t off = 0;; ++off)  // ends at 1, if not before
    for (const int64_t candidate : {wanted - off, wanted + off})
      if (candidate > 0 && number % candidate == 0) return candidate;
}

void check_batches(const PpoConfig& config, int n_envs) {
  const int64_t rows = int64_t{config.n_steps} * n_envs;
  if (rows > 1 << 26) fail("algorithm: n_envs × n_steps = {} rows do not fit into memory; make n_steps smaller", rows);
  if (rows % config.batch_size != 0)
    fail("algorithm.batch_size: {} does not divide n_envs × n_steps = {} × {} = {}; choose a divisor of it, such as {}",
         config.batch_size, n_envs, config.n_steps, rows, nearest_divisor(rows, config.batch_size));
}

// 1 - Var(returns - values) / Var(returns): 1 is a perfect critic, 0 no better than a constant.
double explained_variance(const Rollout& rollout) {
  const double n = rollout.rows();
  double mean = 0, error_mean = 0, variance = 0, error_variance = 0;
  for (int i = 0; i < rollout.rows(); ++i) {
    mean += rollout.returns[i] / n;
    error_mean += (rollout.returns[i] - rollout.values[i]) / n;
  }
  for (int i = 0; i < rollout.rows(); ++i) {
    variance += std::pow(rollout.returns[i] - mean, 2);
    error_variance += std::pow(rollout.returns[i] - rollout.values[i] - error_mean, 2);
  }
  return variance > 0 ? 1 - error_variance / variance : 0;
}

const PpoConfig& checked(const PpoConfig& config, const AlgorithmContext& context) {
  check_batches(config, context.envs.size());
  return config;
}

}  // namespace

Ppo::Ppo(const PpoConfig& config, const AlgorithmContext& context)
    : config_(checked(config, context)),
      pool_(context.pool),
      policy_(context.envs.spec(), context.network, context.layers, context.stream.split("init")),
      collector_(context.envs, policy_, context.pool, context.stream),
      rollout_(context.envs.size(), config.n_steps, policy_.observation_size(), policy_.action_size()),
      adam_(policy_.network().parameters(), {.epsilon = config.adam_epsilon, .weight_decay = config.weight_decay}),
      shuffle_stream_(context.stream.split("shuffle")),
      gradient_(policy_.network().parameters().size()),
      order_(rollout_.rows()),
      adaptive_rate_(config.learning_rate.start) {
  if (context.normalize_reward) reward_normalizer_.emplace(context.envs.size(), config.gamma);
  const int count = shards_for(config_);
  for (int i = 0; i < count; ++i)
    shards_.push_back(std::make_unique<Shard>(gradient_.size(), (config.batch_size + count - 1) / count,
                                              policy_.observation_size(), policy_.action_size()));
  std::iota(order_.begin(), order_.end(), 0);
}

Ppo::~Ppo() = default;

std::vector<std::string> Ppo::metric_names() const {
  return {"train/approx_kl",    "train/clip_fraction",      "train/clip_range",
          "train/entropy_loss", "train/explained_variance", "train/learning_rate",
          "train/loss",         "train/n_updates",          "train/policy_gradient_loss",
          "train/std",          "train/value_loss"};
}

int64_t Ppo::iterate(double progress, const MetricSink& metrics) {
  collector_.collect(rollout_);
  if (reward_normalizer_) reward_normalizer_->apply(rollout_);
  compute_gae(rollout_, config_.gamma, config_.gae_lambda);
  learn(rollout_, progress, metrics);
  policy_.update_normalizers(rollout_.raw_observations);
  return rollout_.rows();
}

// Gathers its rows and leaves the gradient of (sum of losses) / batch_size.
void Ppo::run_shard(const Rollout& rollout, int index, std::span<const int> rows, double clip_range) {
  Shard& shard = *shards_[index];
  const size_t width = rollout.observation_size, action_width = rollout.action_size, n = rows.size();
  for (size_t i = 0; i < n; ++i) {
    const size_t row = rows[i];
    std::copy_n(&rollout.observations[row * width], width, &shard.observations[i * width]);
    std::copy_n(&rollout.actions[row * action_width], action_width, &shard.actions[i * action_width]);
    shard.log_probs[i] = rollout.log_probs[row];
    shard.advantages[i] = (rollout.advantages[row] - advantage_mean_) * advantage_scale_;
    shard.returns[i] = rollout.returns[row];
    shard.values[i] = rollout.values[row];
  }
  std::ranges::fill(shard.gradient, 0.0f);
  Tape& tape = shard.tape;
  tape.rewind();
  const int count = static_cast<int>(n);
  const auto column = [&](const std::vector<float>& values) { return tape.view({count}, values.data()); };
  const auto output = policy_.network()(tape.view({count, static_cast<int>(width)}, shard.observations.data()));

  const Tensor log_ratio =
      output.actions.log_prob(tape.view({count, static_cast<int>(action_width)}, shard.actions.data())) -
      column(shard.log_probs);
  const Tensor ratio = exp(log_ratio);
  const Tensor advantage = column(shard.advantages);
  const Tensor policy_loss = -sum(min(ratio * advantage, clip(ratio, 1 - clip_range, 1 + clip_range) * advantage));

  Tensor values = output.values;
  if (config_.clip_range_vf) {
    const Tensor old = column(shard.values);
    values = old + clip(values - old, -*config_.clip_range_vf, *config_.clip_range_vf);
  }
  const Tensor value_loss = sum(square(column(shard.returns) - values));
  const Tensor entropy = sum(output.actions.entropy());
  const Tensor loss = policy_loss + value_loss * config_.vf_coef - entropy * config_.ent_coef;
  tape.backward(loss * (1.0 / config_.batch_size), shard.gradient);

  Sums& sums = shard.sums = {};
  sums.rows = static_cast<double>(n);
  sums.policy_loss = policy_loss.item();
  sums.value_loss = value_loss.item();
  sums.entropy = entropy.item();
  for (size_t i = 0; i < n; ++i) {
    const double r = ratio.values()[i];
    sums.kl += (r - 1) - log_ratio.values()[i];  // Schulman's low-variance estimate
    sums.clipped += std::abs(r - 1) > clip_range;
  }
}

Ppo::Sums Ppo::run_minibatch(const Rollout& rollout, std::span<const int> rows, double clip_range) {
  if (config_.normalize_advantage && rows.size() > 1) {
    double mean = 0, variance = 0;
    for (const int row : rows) mean += rollout.advantages[row];
    mean /= static_cast<double>(rows.size());
    for (const int row : rows) variance += (rollout.advantages[row] - mean) * (rollout.advantages[row] - mean);
    advantage_mean_ = static_cast<float>(mean);
    advantage_scale_ = static_cast<float>(1 / (std::sqrt(variance / static_cast<double>(rows.size() - 1)) + 1e-8));
  }
  policy_.network().parameters().prepare_backward();
  const size_t count = shards_.size(), n = rows.size();
  pool_.parallel_for(static_cast<int>(count), [&](int i) {
    const size_t begin = n * i / count, end = n * (i + 1) / count;
    run_shard(rollout, i, rows.subspan(begin, end - begin), clip_range);
  });
  Sums sums;
  for (const auto& shard : shards_) sums += shard->sums;
  return sums;
}

void Ppo::take_step(double learning_rate) {
  const std::span<float> total(gradient_);
  std::array<std::span<const float>, 64> parts;
  for (size_t i = 0; i < shards_.size(); ++i) parts[i] = shards_[i]->gradient;
  const double length = sum_gradients({parts.data(), shards_.size()}, total);
  if (!std::isfinite(length))
    throw Error(
        "learning has diverged: a gradient is not finite. A smaller learning_rate, or a max_grad_norm, may help",
        Error::Fault::system);
  adam_.step(total, learning_rate, clip_scale(length, config_.max_grad_norm));
  ++n_updates_;
}

// As in Rudin et al. 2022: within a factor of two of the desired divergence, the rate stays.
void Ppo::adapt_learning_rate(double approx_kl) {
  if (approx_kl > 2 * *config_.desired_kl)
    adaptive_rate_ = std::max(1e-5, adaptive_rate_ / 1.5);
  else if (approx_kl < *config_.desired_kl / 2)
    adaptive_rate_ = std::min(1e-2, adaptive_rate_ * 1.5);
}

void Ppo::learn(const Rollout& rollout, double progress, const MetricSink& metrics) {
  const double clip_range = config_.clip_range.at(progress);
  Sums total;
  double rate = config_.desired_kl ? adaptive_rate_ : config_.learning_rate.at(progress);
  double last_kl = 0;
  bool stopped = false;
  for (int epoch = 0; epoch < config_.n_epochs && !stopped; ++epoch) {
    shuffle(order_, shuffle_stream_);
    Sums epoch_sums;
    for (size_t begin = 0; begin < order_.size() && !stopped; begin += config_.batch_size) {
      const Sums sums = run_minibatch(rollout, {&order_[begin], static_cast<size_t>(config_.batch_size)}, clip_range);
      epoch_sums += sums;
      stopped = config_.target_kl && sums.kl / sums.rows > 1.5 * *config_.target_kl;
      if (!stopped) take_step(rate);
    }
    last_kl = epoch_sums.kl / epoch_sums.rows;
    total += epoch_sums;
    if (config_.desired_kl) {
      adapt_learning_rate(last_kl);
      rate = adaptive_rate_;
    }
  }
  const double n = total.rows;
  metrics("train/approx_kl", last_kl);
  metrics("train/clip_fraction", total.clipped / n);
  metrics("train/clip_range", clip_range);
  metrics("train/entropy_loss", -total.entropy / n);
  metrics("train/explained_variance", explained_variance(rollout));
  metrics("train/learning_rate", rate);
  metrics("train/loss",
          (total.policy_loss + config_.vf_coef * total.value_loss - config_.ent_coef * total.entropy) / n);
  metrics("train/n_updates", static_cast<double>(n_updates_));
  metrics("train/policy_gradient_loss", total.policy_loss / n);
  metrics("train/value_loss", total.value_loss / n);
  if (const Parameter* log_std = policy_.network().parameters().find("actor.log_std")) {
    double std = 0;
    for (const float x : log_std->values()) std += std::exp(x) / static_cast<double>(log_std->shape.size());
    metrics("train/std", std);
  }
}

}  // namespace sinew
