#include "envs/memory/repeat_previous.h"

#include <algorithm>
#include <cmath>

#include "envs/classic/canvas.h"

namespace sinew {

std::unique_ptr<Env> RepeatPrevious::make(const ConfigNode& task) {
  const Config config = read_config<Config>(task);
  if (config.k >= 52 * config.decks)
    throw task.error(fmt::format("k: {} decks have {} cards, too few to ask for the {}-th last one", config.decks,
                                 52 * config.decks, config.k));
  return std::make_unique<RepeatPrevious>(config);
}

RepeatPrevious::RepeatPrevious(const Config& config) : k_(config.k), suits_(static_cast<size_t>(52) * config.decks) {
  spec_.name = "repeat_previous";
  spec_.sensors = {{.name = "card",
                    .shape = {n_suits},
                    .labels = {"spades", "hearts", "diamonds", "clubs"},
                    .units = {"1", "1", "1", "1"}}};
  spec_.actions.parts = {
      {.name = "suit", .labels = {"suit"}, .units = {}, .low = {}, .high = {}, .choices = {n_suits}}};
  spec_.actions.rate = 1;
  spec_.time_limit = config.time_limit;
  spec_.reward_terms = {"recalled"};
  for (size_t i = 0; i < suits_.size(); ++i) suits_[i] = static_cast<uint8_t>(i % n_suits);
}

void RepeatPrevious::reset(Rng& rng) {
  std::ranges::sort(suits_);  // so that an episode depends only on its stream
  shuffle(suits_, rng);
  dealt_ = 1;
  rewards_ = {};
}

StepResult RepeatPrevious::step(std::span<const double> action, Rng&) {
  const int n = static_cast<int>(suits_.size());
  rewards_ = {};
  if (dealt_ >= k_) rewards_[0] = (std::lround(action[0]) == suits_[dealt_ - k_] ? 1.0 : -1.0) / (n - k_);
  ++dealt_;
  const bool terminated = dealt_ == n;
  return {.reward = rewards_[0],
          .terminated = terminated,
          .truncated = !terminated && spec_.time_limit > 0 && dealt_ > spec_.time_limit};
}

std::span<const double> RepeatPrevious::observation(int) const {
  observation_ = {};
  observation_[suits_[dealt_ - 1]] = 1;
  return observation_;
}

// Draws the card on the table, and the k - 1 before it, which are no longer visible.
bool RepeatPrevious::render(int height, int width, std::span<uint8_t> pixels) {
  constexpr Canvas::Color colors[n_suits] = {{40, 40, 60}, {200, 60, 60}, {230, 150, 60}, {60, 130, 80}};
  Canvas canvas(height, width, pixels, 1);
  const int shown = std::min(k_, dealt_);
  for (int i = 0; i < shown; ++i) {
    const double x = 0.8 - 1.6 * i / std::max(1, k_ - 1), radius = i == 0 ? 0.15 : std::min(0.08, 0.6 / k_);
    canvas.line({x, 0}, {x, 0}, radius, colors[suits_[dealt_ - 1 - i]]);
  }
  return true;
}

}  // namespace sinew
