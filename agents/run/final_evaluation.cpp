#include "agents/run/final_evaluation.h"

#include "core/log.h"
#include "core/state_archive.h"
#include "nets/formats/policy_file.h"

namespace sinew {
namespace {

// A candidate's mean reward and other figures over the episodes of `purpose`.
std::optional<FinalFigures> figures_of(const Candidate& candidate, const FinalPlay& play, const char* purpose) {
  const LoadedPolicy loaded =
      parse_policy(candidate.policy, fmt::format("the policy of step {}", candidate.step), play.layers);
  const Evaluation evaluation =
      play.evaluator.run(*loaded.policy, play.n_episodes, play.stream.split(purpose), play.stop);
  if (play.stop && play.stop->load()) return std::nullopt;
  return FinalFigures{.step = candidate.step,
                      .mean_reward = evaluation.mean_reward(),
                      .std_error = evaluation.std_error(),
                      .std_reward = evaluation.std_reward(),
                      .mean_ep_length = evaluation.mean_ep_length(),
                      .success_rate = play.has_success ? std::optional(evaluation.success_rate()) : std::nullopt};
}

// Returns null when it was stopped.
const Candidate* choose(const FinalPlay& play, const std::vector<Candidate>& candidates) {
  if (candidates.size() == 1) return &candidates.front();
  log_info("playing the policies of the {} best evaluations again, over {} fresh episodes", candidates.size(),
           play.n_episodes);
  const Candidate* chosen = nullptr;
  double most = 0;
  for (const Candidate& candidate : candidates) {
    const std::optional<FinalFigures> figures = figures_of(candidate, play, "choose");
    if (!figures) return nullptr;
    log_info("the policy of step {}: evaluation {:.2f}, played again {:.2f} ± {:.2f}", candidate.step,
             candidate.eval_mean, figures->mean_reward, figures->std_error);
    if (chosen && figures->mean_reward <= most) continue;
    chosen = &candidate;
    most = figures->mean_reward;
  }
  return chosen;
}

}  // namespace

void FinalFigures::visit_state(StateArchive& archive) {
  archive("step", step);
  archive("mean_reward", mean_reward);
  archive("std_error", std_error);
  archive("std_reward", std_reward);
  archive("mean_ep_length", mean_ep_length);
  archive("success_rate", success_rate);
}

void FinalEvaluation::visit_state(StateArchive& archive) {
  archive("n_episodes", n_episodes);
  archive("kept", kept);
  archive("last", last);
}

std::vector<std::string> FinalEvaluation::metric_names(bool has_success) {
  std::vector<std::string> names;
  for (const std::string policy : {"kept", "last"}) {
    for (const char* figure : {"step", "n_episodes", "mean_reward", "std_error", "std_reward", "mean_ep_length"})
      names.push_back(policy + "/" + figure);
    if (has_success) names.push_back(policy + "/success_rate");
  }
  return names;
}

void FinalEvaluation::report(const MetricSink& metrics) const {
  const auto report_one = [&](const std::string& policy, const FinalFigures& figures) {
    metrics(policy + "/step", static_cast<double>(figures.step));
    metrics(policy + "/n_episodes", n_episodes);
    metrics(policy + "/mean_reward", figures.mean_reward);
    if (n_episodes > 1) metrics(policy + "/std_error", figures.std_error);
    metrics(policy + "/std_reward", figures.std_reward);
    metrics(policy + "/mean_ep_length", figures.mean_ep_length);
    if (figures.success_rate) metrics(policy + "/success_rate", *figures.success_rate);
  };
  report_one("kept", kept);
  report_one("last", last);
}

std::optional<FinalEvaluation> evaluate_finally(const FinalPlay& play, const std::vector<Candidate>& candidates,
                                                const Candidate& last) {
  const Candidate* kept = candidates.empty() ? &last : choose(play, candidates);
  if (!kept) return std::nullopt;
  const std::optional<FinalFigures> of_kept = figures_of(*kept, play, "final");
  if (!of_kept) return std::nullopt;
  const std::optional<FinalFigures> of_last = kept->step == last.step ? of_kept : figures_of(last, play, "final");
  if (!of_last) return std::nullopt;
  return FinalEvaluation{.n_episodes = play.n_episodes, .kept = *of_kept, .last = *of_last};
}

}  // namespace sinew
