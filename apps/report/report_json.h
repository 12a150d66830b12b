#pragma once
#include <string>

#include "apps/report/report_comparison.h"

namespace sinew {

/// The report as one JSON object; missing values are null:
///   {"runs": [{"run", "task", "algorithm", "label", "n_runs",
///              "kept_mean_reward", "last_mean_reward", "final_mean_reward", "best_mean_reward",
///                "ep_rew_mean": {"mean", "std", "iqm", "iqm_low", "iqm_high"},
///              "success_rate", "total_timesteps", "time_elapsed", "fps": {"mean", "std"},
///              "seeds": [{"seed", "run", each figure, and "kept_mean_reward_error", "last_mean_reward_error"}]}],
///    "comparison": {"metric", "confidence", "results": [{"task", "run", "label", "n_runs", "baseline",
///              "n_baseline_runs", and with _low and _high "difference", "ratio", "probability_of_improvement"}]},
///    "aggregate": {"metric", "tasks", "left_out", "results": [{"label", "is_baseline", "tasks", "all_tasks",
///              "n_runs", "iqm", "iqm_low", "iqm_high", "probability_of_improvement", ..._low, ..._high}]},
///    "left_out": [why, for each run that could not be read or compared]}
/// "comparison" is absent without a baseline, "aggregate" without two tasks, "left_out" without bad runs.
std::string report_json(const Report& report);

}  // namespace sinew
