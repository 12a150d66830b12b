#include "agents/bc/bc_loss.h"

#include <algorithm>

namespace sinew {

BcSums& BcSums::operator+=(const BcSums& other) {
  rows += other.rows;
  loss += other.loss;
  error += other.error;
  return *this;
}

BcLoss::BcLoss(const Policy& policy, const DemonstrationData& data, const BcSequences& all, int max_sequences)
    : policy_(policy), data_(data), all_(all), batch_(policy, max_sequences, all.seq_len, policy.state_size()) {}

void BcLoss::gather(std::span<const int> sequences) {
  const size_t width = static_cast<size_t>(batch_.observation_size), n = static_cast<size_t>(batch_.action_size),
               memory = static_cast<size_t>(batch_.state_size);
  batch_.gather(static_cast<int>(sequences.size()), [&](int s, int step, int row) {
    const int from = all_.first[sequences[s]] + step;
    std::ranges::copy(data_.numbers(from), batch_.observations.begin() + row * width);
    std::ranges::copy(data_.raw_action(from), batch_.actions.begin() + row * n);
    data_.copy_images(from, batch_.images.data() + row * batch_.image_size);
    batch_.starts[row] = data_.starts(from);
  });
  for (size_t s = 0; s < sequences.size(); ++s)
    std::copy_n(all_.states.begin() + sequences[s] * memory, memory, batch_.states.begin() + s * memory);
}

Tensor BcLoss::operator()(Tape& tape, std::span<const int> sequences, double scale) {
  gather(sequences);
  Sequence steps = batch_.steps(tape);
  const auto actions = policy_.actor()(policy_.observe(tape, batch_.seen()), steps);
  const Tensor likeliest = policy_.map_action(actions.mode());
  const Tensor loss = -sum(actions.log_prob(batch_.done(tape)));
  sums_ = {static_cast<double>(batch_.rows), loss.item(), error_of(likeliest, sequences)};
  return loss * scale;
}

double BcLoss::error_of(const Tensor& likeliest, std::span<const int> sequences) const {
  const size_t n = static_cast<size_t>(batch_.action_size);
  double error = 0;
  for (int row = 0; row < batch_.rows; ++row)
    error += data_.action_error(all_.first[sequences[row % batch_.sequences]] + row / batch_.sequences,
                                likeliest.values().subspan(static_cast<size_t>(row) * n, n));
  return error;
}

}  // namespace sinew
