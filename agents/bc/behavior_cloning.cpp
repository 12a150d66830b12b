#include "agents/bc/behavior_cloning.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/log.h"
#include "core/state_archive.h"
#include "nets/policy/critic.h"
#include "nets/policy/initial_policy.h"

namespace sinew {
namespace {

BcSequences make_sequences(const BcConfig& config, const Policy& policy, int rows) {
  const bool remembers = policy.state_size() > 0;
  if (!remembers && config.seq_len)
    fail(
        "algorithm.seq_len: the network has no memory; give it a layer with memory, such as core: {{lstm: 128}}, or "
        "leave seq_len out");
  const int length = remembers ? config.seq_len.value_or(16) : 1;
  if (length > rows) fail("algorithm.seq_len: {} steps; the demonstrations have {} to learn from", length, rows);
  BcSequences sequences{.seq_len = length};
  for (int first = 0; first + length <= rows; first += length) sequences.first.push_back(first);
  if (rows % length != 0) sequences.first.push_back(rows - length);
  sequences.states.resize(sequences.first.size() * static_cast<size_t>(policy.state_size()));
  return sequences;
}

}  // namespace

BehaviorCloning::BehaviorCloning(const BcConfig& config, const AlgorithmContext& context)
    : config_(config),
      pool_(context.pool),
      policy_(context.envs.spec(), context.network, context.layers, context.stream.split("init")),
      data_(config.demonstrations.paths, policy_, config.validation, context.stream.split("validation")),
      replay_(policy_, data_, context.pool),
      sequences_(make_sequences(config_, policy_, data_.training_rows())),
      engine_(pool_, update_options(), context.stream.split("augment"),
              [] { return "a smaller learning_rate, or a max_grad_norm, may help"; }),
      shuffle_stream_(context.stream.split("shuffle")),
      order_(sequences_.first.size()) {
  Rng unused;  // learning that continues from this policy needs a critic: report its faults now
  Critic(policy_.actor(), policy_.spec(), context.network, context.layers, unused);
  data_.fill_normalizers(policy_);
  std::iota(order_.begin(), order_.end(), 0);
  for (int i = 0; i < engine_.shards(); ++i)
    losses_.emplace_back(policy_, data_, sequences_, engine_.most_items(sequences_of_a_batch()));
  log_info("demonstrations: {} steps to learn from (episodes: {}), {} steps held out", data_.training_rows(),
           data_.training().size(), data_.rows() - data_.training_rows());
  if (data_.limited() > 0)
    log_warning("{} numbers of the demonstrated actions are beyond the task's limits, and count as the limit",
                data_.limited());
}

int BehaviorCloning::sequences_of_a_batch() const {
  return std::clamp(config_.batch_size / sequences_.seq_len, 1, static_cast<int>(sequences_.first.size()));
}

// Excludes log_std when it is not to be learned: it is the last of the parameters.
UpdateOptions BehaviorCloning::update_options() {
  ParameterSlice learnt{&policy_.parameters()};
  for (const Parameter& parameter : policy_.parameters().list())
    if (!config_.learn_std && parameter.name == "actor.log_std") learnt.range.end = parameter.offset;
  const bool has_batch_statistics = policy_.actor().has_batch_statistics();
  return {
      .parts = {{learnt}},
      .pieces = std::min(pieces_of(has_batch_statistics, config_.batch_size, config_.n_shards), sequences_of_a_batch()),
      .max_grad_norm = config_.max_grad_norm,
      .adam = {.epsilon = config_.adam_epsilon, .weight_decay = config_.weight_decay},
      .has_batch_statistics = has_batch_statistics};
}

bool BehaviorCloning::start_from(const LoadedPolicy& other) {
  sinew::start_from(policy_, *other.policy);
  return true;
}

std::vector<std::string> BehaviorCloning::metric_names() const {
  return {"train/action_error", "train/epochs",    "train/learning_rate",
          "train/loss",         "train/n_updates", "validation/action_error"};
}

void BehaviorCloning::visit_state(StateArchive& archive) {
  std::string fingerprint = data_.fingerprint();
  archive("demonstrations", fingerprint);
  if (fingerprint != data_.fingerprint())
    fail(
        "the demonstrations are not those that the run began with; put those back, or restart the run with "
        "--overwrite");
  archive("policy", policy_);
  archive("update", engine_);
  archive("shuffle_stream", shuffle_stream_);
  archive("order", std::span(order_));  // each shuffle starts from the last one's order
  archive("epochs", epochs_);
}

// Computes the memory before each sequence, with the current weights: a sequence continues from it.
void BehaviorCloning::remember() {
  const size_t size = static_cast<size_t>(policy_.state_size());
  if (size == 0) return;
  const int length = sequences_.seq_len, last = sequences_.first.back();
  replay_.run(data_.training(), [&](int row, std::span<const float> state, std::span<const float>) {
    if (row % length == 0 && row + length <= data_.training_rows())
      std::ranges::copy(state, sequences_.states.begin() + static_cast<size_t>(row / length) * size);
    if (row == last) std::ranges::copy(state, sequences_.states.end() - static_cast<std::ptrdiff_t>(size));
  });
}

BcSums BehaviorCloning::run_minibatch(std::span<const int> sequences) {
  const double scale = 1.0 / static_cast<double>(sequences.size() * static_cast<size_t>(sequences_.seq_len));
  for (BcLoss& loss : losses_) loss.clear();  // the last minibatch may have fewer sequences than there are shards
  engine_.find_gradients(sequences, [&](const UpdateShard& shard, Tape& tape) {
    return losses_[static_cast<size_t>(shard.index)](tape, shard.items, scale);
  });
  BcSums sums;
  for (const BcLoss& loss : losses_) sums += loss.sums();
  engine_.check_finite(sums.loss);
  return sums;
}

double BehaviorCloning::validation_error() {
  std::vector<double> errors(static_cast<size_t>(data_.rows() - data_.training_rows()));
  replay_.run(data_.validation(), [&](int row, std::span<const float>, std::span<const float> command) {
    errors[row - data_.training_rows()] = data_.action_error(row, command);
  });
  return std::accumulate(errors.begin(), errors.end(), 0.0) / static_cast<double>(errors.size());
}

void BehaviorCloning::report(const MetricSink& metrics) {
  for (const auto& [name, value] : report_) metrics(name, value);
  if (!data_.validation().empty()) metrics("validation/action_error", validation_error());
}

int64_t BehaviorCloning::iterate(double progress) {
  const double rate = config_.learning_rate.at(progress);
  remember();
  shuffle(order_, shuffle_stream_);
  const size_t most = static_cast<size_t>(sequences_of_a_batch());
  BcSums total;
  for (size_t begin = 0; begin < order_.size(); begin += most) {
    const size_t n = std::min(most, order_.size() - begin);
    // A batch of one row has no statistics.
    if (n * sequences_.seq_len < 2 && policy_.actor().has_batch_statistics()) break;
    total += run_minibatch(std::span(order_).subspan(begin, n));
    engine_.take_step(rate);
  }
  report_.assign({
      {"train/loss", total.loss / total.rows},
      {"train/action_error", total.error / total.rows},
      {"train/epochs", static_cast<double>(++epochs_)},
      {"train/learning_rate", rate},
      {"train/n_updates", static_cast<double>(engine_.n_updates())},
  });
  return data_.training_rows();
}

}  // namespace sinew
