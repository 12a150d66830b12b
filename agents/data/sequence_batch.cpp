#include "agents/data/sequence_batch.h"

namespace sinew {

SequenceBatch::SequenceBatch(const Policy& policy, int max_sequences, int length, int memory)
    : seq_len(length),
      observation_size(policy.observation_size()),
      image_size(policy.image_size()),
      action_size(policy.action_size()),
      state_size(memory),
      states(static_cast<size_t>(max_sequences) * static_cast<size_t>(memory)) {
  const size_t most = static_cast<size_t>(max_sequences) * static_cast<size_t>(seq_len);
  observations.resize(most * static_cast<size_t>(observation_size));
  images.resize(most * static_cast<size_t>(image_size));
  actions.resize(most * static_cast<size_t>(action_size));
  starts.resize(most);
}

Sequence SequenceBatch::steps(Tape& tape) const {
  if (state_size == 0) return {};
  return {tape.view({sequences, state_size}, states.data(), "state"), {starts.data(), static_cast<size_t>(rows)}};
}

}  // namespace sinew
