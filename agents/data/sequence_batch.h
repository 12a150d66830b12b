#pragma once
#include <cstdint>
#include <vector>

#include "nets/policy/policy.h"

namespace sinew {

/// Observations and actions of some sequences of seq_len steps, gathered for one pass over the network: step t of
/// sequence s is row t · sequences + s. A network without memory has sequences of one step.
struct SequenceBatch {
  /// `state_size`: numbers of memory before each sequence; 0: the network has no memory.
  SequenceBatch(const Policy& policy, int max_sequences, int seq_len, int state_size);

  /// Makes room for n_sequences; `fill(sequence, step, row)` writes each step to its row.
  template <class Fill>
  void gather(int n_sequences, Fill&& fill) {
    sequences = n_sequences;
    rows = sequences * seq_len;
    for (int s = 0; s < sequences; ++s)
      for (int step = 0; step < seq_len; ++step) fill(s, step, step * sequences + s);
  }

  /// Views of the rows, valid as long as the tape's recording lives.
  ObservationRows seen() const { return {rows, observations.data(), images.data()}; }
  Tensor done(Tape& tape) const { return tape.view({rows, action_size}, actions.data(), "action"); }
  Sequence steps(Tape& tape) const;

  int seq_len, observation_size, image_size, action_size, state_size;
  int sequences = 0, rows = 0;
  std::vector<float> observations;  // [rows, observation_size]
  std::vector<uint8_t> images;      // [rows, image_size]
  std::vector<float> actions;       // [rows, action_size], raw (as the distribution draws them)
  std::vector<float> states;        // [sequences, state_size]
  std::vector<uint8_t> starts;      // [rows]: an episode begins with it
};

}  // namespace sinew
