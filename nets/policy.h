#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/observation.h"
#include "core/random.h"
#include "core/spec.h"
#include "nets/network.h"
#include "nets/normalizer.h"

namespace sinew {

class StateArchive;

/// All that turns an observation into a command: the normaliser, the network, and the action map.
/// What a robot gets is what was trained. Acting goes through a PolicyRunner.
class Policy {
 public:
  /// A new policy with initial weights drawn from `rng`.
  Policy(InterfaceSpec spec, NetworkConfig config, const LayerTable<float>& layers, const Rng& rng);

  const InterfaceSpec& spec() const { return spec_; }
  const NetworkConfig& config() const { return config_; }
  ActorCritic& network() { return network_; }
  const ActorCritic& network() const { return network_; }
  int observation_size() const { return observation_size_; }
  int image_size() const { return image_size_; }
  int action_size() const { return static_cast<int>(low_.size()); }
  /// Numbers of memory per row that acting carries from step to step, and with those of the critic, which
  /// come after them (0: feed-forward).
  int state_size() const { return network_.actor_state_size(); }
  int learner_state_size() const { return network_.state_size(); }

  /// One normaliser per sensor: of its numbers or, of an image, its channels; of size 0 where the sensor is
  /// not normalised.
  std::vector<Normalizer>& normalizers() { return normalizers_; }
  const std::vector<Normalizer>& normalizers() const { return normalizers_; }
  bool normalizes_images() const;
  /// Merge raw observation rows into the running statistics: their numbers, their images.
  void update_normalizers(std::span<const float> numbers);
  void update_image_normalizers(const ObservationRows& rows);

  /// On any tape: raw rows → what the network takes. The memory of the rows must outlive the tensors.
  Observations observe(Tape& tape, const ObservationRows& rows, bool images_want_gradients = false) const;
  /// The same where the numbers, but not the images, are normalised already.
  Observations observe_normalized(Tape& tape, const ObservationRows& rows, const char* label = "observation",
                                  bool images_want_gradients = false) const;
  /// On any tape: raw numbers [rows, observation size] → normalised ones.
  Tensor normalize(Tensor observations) const;
  /// Normalised observations → the deterministic command [rows, action size]. The sequence's next_state() is
  /// recorded before it.
  Tensor command(const Observations& normalized, Sequence& sequence) const;
  /// The action map: a raw action row, as a distribution draws it → a command.
  Tensor map_action(Tensor raw) const;
  /// Its inverse, for one row: the raw action that becomes this command. What is beyond the limits counts as the limit;
  /// under tanh, whose limits no raw action reaches, the last thousandth likewise.
  void unmap_action(std::span<const float> command, std::span<float> raw) const;

  /// The parameters and the normalisers' statistics.
  void visit_state(StateArchive& archive);
  /// SHA-256 of the parameters' bytes, in the order of their names.
  std::string weights_hash() const;

 private:
  Tensor map_part(const ActionPart& part, int first_limit, Tensor raw) const;
  Tensor standardize_sensor(size_t sensor, Tensor x) const;
  Tensor normalize_images(Tensor images) const;

  InterfaceSpec spec_;
  NetworkConfig config_;
  ActorCritic network_;
  std::vector<Normalizer> normalizers_;
  std::vector<std::string> normalizer_labels_;  // "normalizer.state.mean", "normalizer.state.scale", …
  int observation_size_, image_size_;
  std::vector<float> low_, high_;  // limits of the action row; a choice has none
};

/// Whether the policy acts on each of its sensors. A robot need not have those that its critic alone learnt from, and it
/// may have others.
std::vector<bool> acts_on(const Policy& policy);

/// Acts with a policy that others may share: its tape, and nothing else, is its own. One per thread.
/// A row's command has the same bits however many rows are computed with it.
class PolicyRunner {
 public:
  explicit PolicyRunner(const Policy& policy) : policy_(policy), tape_(TapeMode::infer) {}

  /// The deterministic command of each row. state [rows, policy.state_size()] is read and replaced, and
  /// starts anew where reset_mask[row] is not 0 (a new episode, a new robot session); actions
  /// [rows, action size].
  void act(const ObservationRows& observations, std::span<float> state, std::span<const uint8_t> reset_mask,
           std::span<float> actions);
  /// The same of a policy without images: observations [rows, observation size].
  void act(std::span<const float> observations, std::span<float> state, std::span<const uint8_t> reset_mask,
           std::span<float> actions);

  /// What a roll-out stores of each row beside the command.
  struct Sample {
    std::span<float> normalized;  // [rows, observation size]
    std::span<float> raw;         // [rows, action size]
    std::span<float> log_prob;    // [rows]
    std::span<float> values;      // [rows], or empty: not wanted
  };
  /// Commands drawn from the policy's distribution, row r by rngs[r]. With values, state is
  /// [rows, policy.learner_state_size()].
  void sample(const ObservationRows& observations, std::span<float> state, std::span<const uint8_t> reset_mask,
              std::span<Rng> rngs, const Sample& out, std::span<float> actions);

  /// Values, of a policy without memory, of rows whose numbers are normalised already.
  void values(const ObservationRows& normalized, std::span<float> values);
  /// The value of one raw row after what `state` [policy.learner_state_size()] remembers.
  float value(const ObservationRows& raw, std::span<const float> state = {}, bool starts_anew = false);

 private:
  Sequence sequence(int rows, std::span<const float> state, std::span<const uint8_t> reset_mask);

  const Policy& policy_;
  Tape tape_;
};

}  // namespace sinew
