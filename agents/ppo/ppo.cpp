#include "agents/ppo/ppo.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/state_archive.h"
#include "nets/policy/initial_policy.h"

namespace sinew {

namespace {

int64_t nearest_divisor(int64_t number, int64_t wanted) {
  for (int64_t off = 0;; ++off)  // ends at 1 at the latest
    for (const int64_t candidate : {wanted - off, wanted + off})
      if (candidate > 0 && number % candidate == 0) return candidate;
}

// The sequence length for a network with memory.
int sequence_length(const PpoConfig& config) {
  if (!config.seq_len) return static_cast<int>(nearest_divisor(std::gcd(config.n_steps, config.batch_size), 16));
  return *config.seq_len > 0 ? *config.seq_len : config.n_steps;
}

void check_sequences(const PpoConfig& config) {
  if (!config.seq_len) return;
  const int length = sequence_length(config);
  if (config.n_steps % length != 0)
    fail("algorithm.seq_len: {} does not divide n_steps = {}; choose a divisor of it, such as {}, or 0 for all of them",
         length, config.n_steps, nearest_divisor(config.n_steps, length));
  if (config.batch_size % length != 0)
    fail(
        "algorithm.batch_size: {} transitions are not a number of whole sequences of seq_len = {}; choose a multiple "
        "of it",
        config.batch_size, length);
}

Rollout make_rollout(const PpoConfig& config, int n_envs, const ActorCritic& networks) {
  const int state_size = networks.state_size();
  if (state_size == 0 && config.seq_len)
    fail(
        "algorithm.seq_len: the network has no memory; give it a layer with memory, such as core: {{lstm: 128}}, or "
        "leave seq_len out");
  const int length = state_size == 0 ? 1 : sequence_length(config);
  check_memory(fmt::format("the network's memory, {} numbers before each sequence of {} steps", state_size, length),
               4.0 * state_size * n_envs * (config.n_steps / length + 1));
  return {n_envs, config.n_steps, networks.policy.spec(), length, state_size};
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

// The minimum memory of a roll-out and a minibatch: an image takes a byte a pixel in the first; in the second it is
// gathered and becomes a float a pixel.
void check_room(const PpoConfig& config, const VecEnv& envs) {
  const InterfaceSpec& spec = envs.spec();
  if (spec.image_size() == 0) return;
  double frames = 0;
  for (const SensorSpec& sensor : spec.sensors)
    if (sensor.is_image()) frames += sensor.frame_size();
  check_memory(fmt::format("the images of a roll-out of {} × {} steps and of a minibatch of {}", envs.size(),
                           config.n_steps, config.batch_size),
               frames * config.n_steps * envs.size() + 5.0 * spec.image_size() * config.batch_size);
}

// Gives the minibatch's advantages mean 0 and variance 1.
void normalize_advantages(std::span<const int> sequences, PpoMinibatch& minibatch) {
  const Rollout& rollout = minibatch.rollout;
  const auto each = [&](auto&& body) {
    for (const int sequence : sequences)
      for (int step = 0; step < rollout.seq_len; ++step) body(rollout.advantages[sequence * rollout.seq_len + step]);
  };
  const double n = static_cast<double>(sequences.size()) * rollout.seq_len;
  double mean = 0, variance = 0;
  each([&](double advantage) { mean += advantage; });
  mean /= n;
  each([&](double advantage) { variance += (advantage - mean) * (advantage - mean); });
  minibatch.advantage_mean = static_cast<float>(mean);
  minibatch.advantage_scale = static_cast<float>(1 / (std::sqrt(variance / (n - 1)) + 1e-8));
}

// Not an error: such a run may continue with more steps.
void warn_of_warmup(const PpoConfig& config, int64_t total_timesteps) {
  if (total_timesteps > 0 && config.critic_warmup >= total_timesteps)
    log_warning("algorithm.critic_warmup is {} steps, and the run has {}: the policy learns nothing",
                config.critic_warmup, total_timesteps);
}

const PpoConfig& checked(const PpoConfig& config, const AlgorithmContext& context) {
  check_batches(config, context.envs.size());
  check_sequences(config);
  check_room(config, context.envs);
  return config;
}

}  // namespace

Ppo::Ppo(const PpoConfig& config, const AlgorithmContext& context)
    : config_(checked(config, context)),
      pool_(context.pool),
      networks_(context.envs.spec(), context.network, context.layers, context.stream.split("init")),
      collector_(context.envs, networks_, context.pool, context.stream),
      rollout_(make_rollout(config_, context.envs.size(), networks_)),
      engine_(pool_, update_options(), context.stream.split("augment"), [this] { return advice(); }),
      shuffle_stream_(context.stream.split("shuffle")),
      order_(rollout_.sequences()),
      adaptive_rate_(config.learning_rate.start),
      warmup_left_(config.critic_warmup) {
  if (config.normalize_reward) reward_normalizer_.emplace(context.envs.size(), config.gamma);
  warn_of_warmup(config, context.total_timesteps);
  make_losses();
  warm_up();
  std::iota(order_.begin(), order_.end(), 0);
}

Ppo::~Ppo() = default;

std::vector<std::string> Ppo::metric_names() const {
  return {"train/approx_kl",    "train/clip_fraction",      "train/clip_range",
          "train/entropy_loss", "train/explained_variance", "train/learning_rate",
          "train/loss",         "train/n_updates",          "train/policy_gradient_loss",
          "train/std",          "train/value_loss"};
}

bool Ppo::start_from(const LoadedPolicy& other) {
  sinew::start_from(policy(), *other.policy);
  return take_learner_parameters(other, networks_.critic.parameters());
}

void Ppo::visit_state(StateArchive& archive) {
  archive("networks", networks_);
  archive("update", engine_);
  archive("collector", collector_);
  archive("shuffle_stream", shuffle_stream_);
  archive("order", std::span(order_));  // each shuffle starts from the last one's order
  archive("adaptive_rate", adaptive_rate_);
  if (reward_normalizer_) archive("reward_normalizer", *reward_normalizer_);
  if (config_.critic_warmup > 0) archive("warmup_left", warmup_left_);
  warm_up();
}

int64_t Ppo::iterate(double progress) {
  collector_.collect(rollout_);
  if (reward_normalizer_) reward_normalizer_->apply(rollout_);
  compute_gae(rollout_, config_.gamma, config_.gae_lambda);
  learn(rollout_, progress);
  end_warmup_after(rollout_.rows());
  policy().update_normalizers(rollout_.observations);
  update_image_normalizers(policy(), rollout_.frames, rollout_.rows());
  return rollout_.rows();
}

// Two parts when actor and critic share nothing, else one; each with its share of n_shards pieces of the rows.
UpdateOptions Ppo::update_options() {
  UpdateOptions options{.max_grad_norm = config_.max_grad_norm,
                        .adam = {.epsilon = config_.adam_epsilon, .weight_decay = config_.weight_decay},
                        .has_batch_statistics = networks_.has_batch_statistics()};
  const ParameterSlice actor{&policy().parameters()}, critic{&networks_.critic.parameters()};
  if (networks_.shares_parameters())
    options.parts = {{actor, critic}};
  else
    options.parts = {{actor}, {critic}};
  const int parts = static_cast<int>(options.parts.size()), sequences = config_.batch_size / rollout_.seq_len;
  options.pieces =
      std::clamp(pieces_of(options.has_batch_statistics, config_.batch_size, config_.n_shards) / parts, 1, sequences);
  return options;
}

void Ppo::make_losses() {
  using Part = PpoLoss::Part;
  const int most = engine_.most_items(config_.batch_size / rollout_.seq_len);
  for (int i = 0; i < engine_.shards(); ++i) {
    const Part part = networks_.shares_parameters() ? Part::both : engine_.part_of(i) == 0 ? Part::actor : Part::critic;
    losses_.emplace_back(networks_, config_, part, most, rollout_.seq_len);
  }
}

PpoSums Ppo::run_minibatch(const Rollout& rollout, std::span<const int> sequences, double clip_range) {
  PpoMinibatch minibatch{.rollout = rollout, .clip_range = clip_range};
  if (config_.normalize_advantage && config_.batch_size > 1) normalize_advantages(sequences, minibatch);
  engine_.find_gradients(sequences, [&](const UpdateShard& shard, Tape& tape) {
    return losses_[static_cast<size_t>(shard.index)](tape, minibatch, shard.items);
  });
  PpoSums sums;
  for (const PpoLoss& loss : losses_) sums += loss.sums();
  engine_.check_finite(sums.policy_loss + sums.value_loss + sums.entropy);
  return sums;
}

// The policy is frozen during the warm-up.
void Ppo::warm_up() { engine_.learn_only(warmup_left_ > 0 ? &networks_.critic.parameters() : nullptr); }

// The optimiser has no moments of the actor's gradients yet, so it restarts when they begin.
void Ppo::end_warmup_after(int64_t steps) {
  if (warmup_left_ == 0) return;
  warmup_left_ = std::max<int64_t>(0, warmup_left_ - steps);
  if (warmup_left_ == 0) engine_.restart_optimizer();
  warm_up();
}

std::string Ppo::advice() const {
  float largest = 0;
  for (const PpoLoss& loss : losses_) largest = std::max(largest, loss.largest_return());
  if (largest <= 1e6f) return "a smaller learning_rate, or a max_grad_norm, may help";
  return fmt::format(
      "the returns are as large as {:.2g}: smaller weights of rewards, or normalize_reward: true, may help", largest);
}

// As in Rudin et al. 2022: the rate is unchanged within a factor of two of the desired divergence.
void Ppo::adapt_learning_rate(double approx_kl, double desired_kl) {
  if (approx_kl > 2 * desired_kl)
    adaptive_rate_ = std::max(1e-5, adaptive_rate_ / 1.5);
  else if (approx_kl < desired_kl / 2)
    adaptive_rate_ = std::min(1e-2, adaptive_rate_ * 1.5);
}

void Ppo::report(const MetricSink& metrics) {
  for (const auto& [name, value] : report_) metrics(name, value);
}

void Ppo::learn(const Rollout& rollout, double progress) {
  const double clip_range = config_.clip_range.at(progress);
  PpoSums total;
  double rate = config_.desired_kl ? adaptive_rate_ : config_.learning_rate.at(progress);
  double last_kl = 0;
  bool stopped = false;
  for (int epoch = 0; epoch < config_.n_epochs && !stopped; ++epoch) {
    shuffle(order_, shuffle_stream_);
    PpoSums epoch_sums;
    const size_t together = config_.batch_size / rollout.seq_len;
    for (size_t begin = 0; begin < order_.size() && !stopped; begin += together) {
      const PpoSums sums = run_minibatch(rollout, {&order_[begin], together}, clip_range);
      epoch_sums += sums;
      stopped = config_.target_kl && sums.kl / sums.policy_rows > 1.5 * *config_.target_kl;
      if (!stopped) engine_.take_step(rate);
    }
    last_kl = epoch_sums.kl / epoch_sums.policy_rows;
    total += epoch_sums;
    if (config_.desired_kl) {
      adapt_learning_rate(last_kl, config_.desired_kl->at(progress));
      rate = adaptive_rate_;
    }
  }
  const double n = total.policy_rows;  // the critic had as many
  report_.assign({
      {"train/approx_kl", last_kl},
      {"train/clip_fraction", total.clipped / n},
      {"train/clip_range", clip_range},
      {"train/entropy_loss", -total.entropy / n},
      {"train/explained_variance", explained_variance(rollout)},
      {"train/learning_rate", rate},
      {"train/loss", (total.policy_loss + config_.vf_coef * total.value_loss - config_.ent_coef * total.entropy) / n},
      {"train/n_updates", static_cast<double>(engine_.n_updates())},
      {"train/policy_gradient_loss", total.policy_loss / n},
      {"train/value_loss", total.value_loss / n},
  });
  if (const Parameter* log_std = policy().parameters().find("actor.log_std")) {
    double std = 0;
    for (const float x : log_std->values()) std += std::exp(x) / static_cast<double>(log_std->shape.size());
    report_.emplace_back("train/std", std);
  }
}

}  // namespace sinew
