#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/config.h"
#include "envs/env.h"

namespace sinew {

/// Cards are dealt one by one; the action is the suit of the k-th last one (POPGym's RepeatPrevious, Morad et al.
/// 2023). With N cards, every step from the k-th card on is worth ±1 / (N − k): a perfect episode returns 1, guessing
/// −0.5.
class RepeatPrevious final : public Env {
 public:
  static constexpr const char* doc = "cards are dealt; say the suit of the k-th last one";
  struct Config {
    std::string env;
    int k = 4;           // 1: the card that is shown
    int decks = 1;       // of 52 cards
    int time_limit = 0;  // 0: no limit but the number of cards
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("env", env);
      v.optional("k", k, between(1, 52 * 1000 - 1));
      v.optional("decks", decks, between(1, 1000));
      v.optional("time_limit", time_limit, at_least(0));
    }
  };
  static std::unique_ptr<Env> make(const ConfigNode& task);

  explicit RepeatPrevious(const Config& config);
  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override;
  StepResult step(std::span<const double> action, Rng& rng) override;
  std::span<const double> observation(int index) const override;
  std::span<const double> reward_terms() const override { return rewards_; }
  bool render(int height, int width, std::span<uint8_t> pixels) override;
  void visit_state(StateArchive& archive) override {
    archive("suits", std::span<uint8_t>(suits_));
    archive("dealt", dealt_);
    archive("reward_terms", std::span<double>(rewards_));
  }

  static constexpr int n_suits = 4;
  /// The suits of the cards in dealing order, and the number of cards dealt so far.
  std::span<const uint8_t> suits() const { return suits_; }
  int dealt() const { return dealt_; }

 private:
  EnvSpec spec_;
  int k_;
  std::vector<uint8_t> suits_;
  int dealt_ = 1;
  std::array<double, 1> rewards_{};
  mutable std::array<double, n_suits> observation_{};
};

}  // namespace sinew
