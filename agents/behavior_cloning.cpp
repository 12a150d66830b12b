#include "agents/behavior_cloning.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "agents/gradient_sum.h"
#include "core/log.h"
#include "core/state_archive.h"

namespace sinew {
namespace {

const BcConfig& checked(const BcConfig& config, const AlgorithmContext& context) {
  if (context.normalize_reward) fail("normalize_reward: behavioural cloning learns from no rewards; leave it out");
  return config;
}

}  // namespace

BehaviorCloning::BehaviorCloning(const BcConfig& config, const AlgorithmContext& context)
    : config_(checked(config, context)),
      pool_(context.pool),
      policy_(context.envs.spec(), context.network, context.layers, context.stream.split("init")),
      data_(config.demonstrations.paths, policy_, config.validation, context.stream.split("validation")),
      walk_(policy_, data_, context.pool),
      adam_(policy_.network().parameters(), {.epsilon = config.adam_epsilon, .weight_decay = config.weight_decay}),
      shuffle_stream_(context.stream.split("shuffle")),
      augment_stream_(context.stream.split("augment")) {
  data_.fill_normalizers(policy_);
  make_sequences();
  make_shards();
  log_info("demonstrations: {} steps to learn from (episodes: {}), {} steps held out", data_.training_rows(),
           data_.training().size(), data_.rows() - data_.training_rows());
  if (data_.limited() > 0)
    log_warning("{} numbers of the demonstrated actions are beyond the task's limits, and count as the limit",
                data_.limited());
}

void BehaviorCloning::make_sequences() {
  const bool remembers = policy_.state_size() > 0;
  if (!remembers && config_.seq_len)
    fail(
        "algorithm.seq_len: the network remembers nothing; give it a layer with memory, such as core: {{lstm: 128}}, "
        "or leave seq_len out");
  const int rows = data_.training_rows(), length = !remembers ? 1 : config_.seq_len.value_or(16);
  sequences_.seq_len = length;
  if (length > rows) fail("algorithm.seq_len: {} steps; the demonstrations have {} to learn from", length, rows);
  for (int first = 0; first + length <= rows; first += length) sequences_.first.push_back(first);
  if (rows % length != 0) sequences_.first.push_back(rows - length);
  sequences_.states.resize(sequences_.first.size() * policy_.state_size());
  order_.resize(sequences_.first.size());
  std::iota(order_.begin(), order_.end(), 0);
}

void BehaviorCloning::make_shards() {
  // Batch statistics are those of a whole minibatch.
  const bool whole = policy_.network().has_batch_statistics();
  const int together = std::clamp(config_.batch_size / sequences_.seq_len, 1, static_cast<int>(order_.size()));
  const int pieces = whole ? 1 : std::min(pieces_of(config_.batch_size, config_.n_shards), together);
  for (int i = 0; i < pieces; ++i) {
    shards_.push_back(
        std::make_unique<BcShard>(policy_, (together + pieces - 1) / pieces, sequences_.seq_len, config_.learn_std));
    gradients_.push_back(shards_.back()->gradient());
  }
}

std::vector<std::string> BehaviorCloning::metric_names() const {
  return {"train/action_error", "train/epochs",    "train/learning_rate",
          "train/loss",         "train/n_updates", "validation/action_error"};
}

void BehaviorCloning::visit_state(StateArchive& archive) {
  std::string fingerprint = data_.fingerprint();
  archive("demonstrations", fingerprint);
  if (fingerprint != data_.fingerprint())
    fail("the demonstrations are not those that the run began with; put them back, or start anew with --overwrite");
  archive("policy", policy_);
  archive("adam", adam_);
  archive("shuffle_stream", shuffle_stream_);
  archive("order", std::span(order_));  // each shuffle starts from the last one's order
  archive("n_updates", n_updates_);
  archive("epochs", epochs_);
}

// What the network remembers before each sequence, with the weights of now: a sequence goes on from there.
void BehaviorCloning::remember() {
  const size_t size = static_cast<size_t>(policy_.state_size());
  if (size == 0) return;
  const int length = sequences_.seq_len, last = sequences_.first.back();
  walk_.run(data_.training(), [&](int row, std::span<const float> state, std::span<const float>) {
    if (row % length == 0 && row + length <= data_.training_rows())
      std::ranges::copy(state, sequences_.states.begin() + static_cast<size_t>(row / length) * size);
    if (row == last) std::ranges::copy(state, sequences_.states.end() - static_cast<std::ptrdiff_t>(size));
  });
}

BcShard::Sums BehaviorCloning::run_minibatch(std::span<const int> sequences) {
  const size_t pieces = shards_.size(), n = sequences.size();
  const double scale = 1.0 / static_cast<double>(n * static_cast<size_t>(sequences_.seq_len));
  pool_.parallel_for(static_cast<int>(pieces), [&](int i) {
    const size_t begin = n * i / pieces, end = n * (i + 1) / pieces;
    const Rng random = augment_stream_.split("shard", static_cast<uint64_t>(n_updates_) * pieces + i);
    shards_[i]->run(data_, sequences_, sequences.subspan(begin, end - begin), scale, random);
  });
  BcShard::Sums sums;
  for (const auto& shard : shards_) {
    sums.rows += shard->sums().rows;
    sums.loss += shard->sums().loss;
    sums.error += shard->sums().error;
  }
  if (!std::isfinite(sums.loss)) fail_diverged("the loss");
  return sums;
}

void BehaviorCloning::take_step(double learning_rate) {
  const double length = std::sqrt(sum_gradients(gradients_));
  if (!std::isfinite(length)) fail_diverged("a gradient");
  adam_.step(gradients_[0], learning_rate, clip_scale(length, config_.max_grad_norm));
  if (policy_.network().has_batch_statistics()) shards_[0]->absorb_batch_statistics();
  ++n_updates_;
}

void BehaviorCloning::fail_diverged(const char* what) const {
  std::string culprit;
  for (const auto& shard : shards_)
    if (culprit.empty()) culprit = shard->culprit();
  throw Error(fmt::format("learning has diverged: in update {} {} is not finite{}{}; a smaller learning_rate, or a "
                          "max_grad_norm, may help",
                          n_updates_ + 1, what, culprit.empty() ? "" : ": ", culprit),
              Error::Fault::system);
}

double BehaviorCloning::validation_error() {
  std::vector<double> errors(static_cast<size_t>(data_.rows() - data_.training_rows()));
  walk_.run(data_.validation(), [&](int row, std::span<const float>, std::span<const float> command) {
    errors[row - data_.training_rows()] = data_.action_error(row, command);
  });
  return std::accumulate(errors.begin(), errors.end(), 0.0) / static_cast<double>(errors.size());
}

int64_t BehaviorCloning::iterate(double progress, const MetricSink& metrics) {
  const double rate = config_.learning_rate.at(progress);
  remember();
  shuffle(order_, shuffle_stream_);
  const size_t together = std::max(1, config_.batch_size / sequences_.seq_len);
  BcShard::Sums total;
  for (size_t begin = 0; begin < order_.size(); begin += together) {
    const size_t n = std::min(together, order_.size() - begin);
    // Statistics of a batch of one row are none.
    if (n * sequences_.seq_len < 2 && policy_.network().has_batch_statistics()) break;
    const BcShard::Sums sums = run_minibatch(std::span(order_).subspan(begin, n));
    take_step(rate);
    total.rows += sums.rows;
    total.loss += sums.loss;
    total.error += sums.error;
  }
  metrics("train/loss", total.loss / total.rows);
  metrics("train/action_error", total.error / total.rows);
  metrics("train/epochs", static_cast<double>(++epochs_));
  metrics("train/learning_rate", rate);
  metrics("train/n_updates", static_cast<double>(n_updates_));
  if (!data_.validation().empty()) metrics("validation/action_error", validation_error());
  return data_.training_rows();
}

}  // namespace sinew
