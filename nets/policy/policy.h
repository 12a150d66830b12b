#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/controller.h"
#include "core/observation.h"
#include "core/random.h"
#include "core/spec.h"
#include "nets/policy/actor.h"
#include "nets/policy/normalizer.h"

namespace sinew {

class StateArchive;

/// SHA-256 of all values of these sets, in the order of the parameters' names.
std::string weights_hash(const std::vector<const Parameters*>& sets);

/// Everything that turns an observation into a command, and nothing else: the normaliser, the actor, and the action
/// map. A robot runs exactly what was trained. Acting goes through a PolicyRunner. Critics belong to the learners that
/// created them.
class Policy {
 public:
  /// A new policy with initial weights drawn from `rng`, which advances past them.
  Policy(InterfaceSpec spec, NetworkConfig config, const LayerTable<float>& layers, Rng& rng);
  Policy(InterfaceSpec spec, NetworkConfig config, const LayerTable<float>& layers, Rng&& rng)
      : Policy(std::move(spec), std::move(config), layers, rng) {}

  const InterfaceSpec& spec() const { return spec_; }
  const NetworkConfig& config() const { return config_; }
  Actor& actor() { return actor_; }
  const Actor& actor() const { return actor_; }
  /// Whether it acts on each of its sensors; the others may be used by a critic only.
  std::vector<bool> acts_on() const;
  /// Acts with its deterministic commands: one PolicyRunner per thread. The policy must outlive them.
  operator ControllerFactory() const;
  Parameters& parameters() { return actor_.parameters(); }
  const Parameters& parameters() const { return actor_.parameters(); }
  int observation_size() const { return observation_size_; }
  int image_size() const { return image_size_; }
  int action_size() const { return static_cast<int>(low_.size()); }
  /// Numbers of memory per row that acting carries from step to step (0: feed-forward).
  int state_size() const { return actor_.state_size(); }

  /// One normaliser per sensor: of its numbers or, for an image, its channels; of size 0 when the sensor is not
  /// normalised.
  std::vector<Normalizer>& normalizers() { return normalizers_; }
  const std::vector<Normalizer>& normalizers() const { return normalizers_; }
  bool normalizes_images() const;
  /// Merge raw observation rows into the running statistics: the first their numbers, the second their images.
  void update_normalizers(std::span<const float> numbers);
  void update_image_normalizers(const ObservationRows& rows);

  /// On any tape: raw rows → the network's input. The memory of the rows must outlive the tensors.
  Observations observe(Tape& tape, const ObservationRows& rows, bool images_want_gradients = false) const;
  /// The same for rows whose numbers, but not images, are already normalised, under a label of the caller's.
  Observations observe_normalized(Tape& tape, const ObservationRows& rows, const char* label,
                                  bool images_want_gradients = false) const;
  /// On any tape: raw numbers [rows, observation size] → normalised ones.
  Tensor normalize(Tensor observations) const;
  /// Normalised observations → the deterministic command [rows, action size]. The sequence's next_state() is
  /// recorded before it.
  Tensor command(const Observations& normalized, Sequence& sequence) const;
  /// The action map: a raw action row, as a distribution draws it → a command.
  Tensor map_action(Tensor raw) const;
  /// Its inverse, for one row: the raw action that maps to this command. A value beyond the limits counts as the limit.
  /// Under tanh, no raw action reaches the limits, so the last thousandth counts as the limit, too.
  void unmap_action(std::span<const float> command, std::span<float> raw) const;

  /// The parameters and the normalisers' statistics.
  void visit_state(StateArchive& archive);
  /// SHA-256 of the parameters' bytes, in the order of their names.
  std::string weights_hash() const { return sinew::weights_hash({&parameters()}); }

 private:
  Tensor map_part(const ActionPart& part, int first_limit, Tensor raw) const;
  Tensor standardize_sensor(size_t sensor, Tensor x) const;
  Tensor normalize_images(Tensor images) const;

  InterfaceSpec spec_;
  NetworkConfig config_;
  Actor actor_;
  std::vector<Normalizer> normalizers_;
  std::vector<std::string> normalizer_labels_;  // "normalizer.state.mean", "normalizer.state.scale", …
  int observation_size_, image_size_;
  std::vector<float> low_, high_;  // limits of the action row; a choice has none
};

/// Acts with a policy that others may share, by its deterministic commands. It owns only its tape. A row's command has
/// the same bits however many rows are computed with it. Once warm it allocates nothing.
class PolicyRunner : public Controller {
 public:
  explicit PolicyRunner(const Policy& policy) : policy_(policy), tape_(TapeMode::infer) {}

  const InterfaceSpec& spec() const override { return policy_.spec(); }
  std::vector<bool> acts_on() const override { return policy_.acts_on(); }
  int state_size() const override { return policy_.state_size(); }
  std::string identity() const override { return policy_.weights_hash(); }
  void act(const ObservationRows& observations, std::span<float> state, std::span<const uint8_t> reset_mask,
           std::span<float> actions) override;
  /// The same for a policy without images: observations [rows, observation size].
  void act(std::span<const float> observations, std::span<float> state, std::span<const uint8_t> reset_mask,
           std::span<float> actions);

 private:
  Sequence sequence(int rows, std::span<const float> state, std::span<const uint8_t> reset_mask);

  const Policy& policy_;
  Tape tape_;
};

}  // namespace sinew
