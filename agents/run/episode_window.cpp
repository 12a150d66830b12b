#include "agents/run/episode_window.h"

#include <algorithm>
#include <iterator>

#include "core/state_archive.h"

namespace sinew {
namespace {

constexpr size_t window = 100;  // episodes

}  // namespace

void EpisodeWindow::add(std::vector<EpisodeRecord> episodes) {
  for (const EpisodeRecord& episode : episodes) diverged_ += episode.diverged;
  std::ranges::move(episodes, std::back_inserter(recent_));
  if (recent_.size() > window) recent_.erase(recent_.begin(), recent_.end() - window);
}

std::optional<double> EpisodeWindow::mean_reward() const {
  if (recent_.empty()) return std::nullopt;
  double mean = 0;
  for (const EpisodeRecord& episode : recent_) mean += episode.episode_return / static_cast<double>(recent_.size());
  return mean;
}

std::vector<std::string> EpisodeWindow::metric_names() const {
  std::vector<std::string> names = {"rollout/ep_rew_mean", "rollout/ep_len_mean", "rollout/diverged"};
  if (spec_.has_success) names.push_back("rollout/success_rate");
  for (const std::string& term : spec_.reward_terms) names.push_back("rollout/reward/" + term);
  return names;
}

void EpisodeWindow::report(const MetricSink& metrics) const {
  metrics("rollout/diverged", static_cast<double>(diverged_));
  if (recent_.empty()) return;
  const double n = static_cast<double>(recent_.size());
  double length = 0, success = 0;
  std::vector<double> terms(spec_.reward_terms.size());
  for (const EpisodeRecord& episode : recent_) {
    length += episode.length / n;
    success += episode.success;
    for (size_t i = 0; i < terms.size(); ++i) terms[i] += episode.reward_terms[i] / n;
  }
  metrics("rollout/ep_rew_mean", *mean_reward());
  metrics("rollout/ep_len_mean", length);
  if (spec_.has_success) metrics("rollout/success_rate", success / n);
  for (size_t i = 0; i < terms.size(); ++i) metrics("rollout/reward/" + spec_.reward_terms[i], terms[i]);
}

void EpisodeWindow::visit_state(StateArchive& archive) {
  archive("recent", recent_);
  archive("diverged", diverged_);
}

}  // namespace sinew
