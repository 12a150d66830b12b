#include "agents/bc_shard.h"

#include <algorithm>

#include "nets/not_finite.h"

namespace sinew {

BcShard::BcShard(const Policy& policy, int max_sequences, int seq_len, bool learn_std)
    : policy_(policy),
      gradient_(policy.network().parameters().size()),
      states_(static_cast<size_t>(max_sequences) * policy.state_size()) {
  const size_t rows = static_cast<size_t>(max_sequences) * seq_len;
  images_.resize(rows * policy.image_size());
  observations_.resize(rows * policy.observation_size());
  actions_.resize(rows * policy.action_size());
  starts_.resize(rows);
  for (const Parameter& parameter : policy.network().parameters().list())
    if (!learn_std && parameter.name == "actor.log_std") {
      frozen_begin_ = static_cast<size_t>(parameter.offset);
      frozen_end_ = frozen_begin_ + static_cast<size_t>(parameter.shape.size());
    }
}

// Step t of sequence s becomes row t · sequences + s.
void BcShard::gather(const DemonstrationData& data, const BcSequences& all, std::span<const int> sequences) {
  const size_t width = policy_.observation_size(), n = policy_.action_size(), state_size = policy_.state_size();
  for (size_t s = 0; s < sequences.size(); ++s) {
    for (int step = 0; step < all.seq_len; ++step) {
      const int from = all.first[sequences[s]] + step;
      const size_t to = step * sequences.size() + s;
      std::ranges::copy(data.numbers(from), observations_.begin() + to * width);
      std::ranges::copy(data.raw_action(from), actions_.begin() + to * n);
      data.copy_images(from, images_.data() + to * policy_.image_size());
      starts_[to] = data.starts(from);
    }
    std::copy_n(all.states.begin() + sequences[s] * state_size, state_size, states_.begin() + s * state_size);
  }
}

void BcShard::run(const DemonstrationData& data, const BcSequences& all, std::span<const int> sequences, double scale,
                  Rng random) {
  sums_ = {};
  std::ranges::fill(gradient_, 0.0f);
  if (sequences.empty()) return;  // of the last minibatch, there are less than pieces
  gather(data, all, sequences);
  const int count = static_cast<int>(sequences.size()), rows = count * all.seq_len;
  const size_t n = static_cast<size_t>(policy_.action_size());
  random_ = random;
  tape_.set_random(&random_);
  tape_.rewind();
  Sequence steps;
  if (!states_.empty())
    steps = {tape_.view({count, policy_.state_size()}, states_.data(), "state"),
             {starts_.data(), static_cast<size_t>(rows)}};
  const Observations observations = policy_.observe(tape_, {rows, observations_.data(), images_.data()});
  const auto actions = policy_.network().actor(observations, steps);
  const Tensor shown = tape_.view({rows, policy_.action_size()}, actions_.data(), "action");
  const Tensor likeliest = policy_.map_action(actions.mode());
  const Tensor loss = -sum(actions.log_prob(shown));
  tape_.backward(loss * scale, gradient_);
  std::fill(gradient_.begin() + frozen_begin_, gradient_.begin() + frozen_end_, 0.0f);
  sums_ = {static_cast<double>(rows), loss.item(), 0};
  for (int row = 0; row < rows; ++row)
    sums_.error += data.action_error(all.first[sequences[row % count]] + row / count,
                                     likeliest.values().subspan(static_cast<size_t>(row) * n, n));
}

std::string BcShard::culprit() const { return find_not_finite(tape_, gradient_).value_or(""); }

}  // namespace sinew
