#pragma once
#include <span>
#include <string>
#include <vector>

#include "apps/report/runs.h"

namespace sinew {

/// Reads the runs and the baselines, orders groups by task (tasks in order of first appearance, the baseline first in
/// its task, a folder named twice only once), and sets their labels.
///
/// A baseline is a folder, among the runs or not, or a name of groups: a label, a folder's own name or an algorithm; on
/// each task it selects the group with that name. Throws an Error on a name that matches no group, on two baselines for
/// one task, and on a baseline whose task no other group shares. A run that cannot be read loses only its own row: the
/// reason is added to `left_out`. Throws an Error if no run can be read.
std::vector<RunGroup> load_groups(const std::vector<std::string>& runs, const std::vector<std::string>& baselines,
                                  std::vector<std::string>& left_out);

/// Labels groups so that those of one task differ. All groups of a task use the same scheme, the first of these that
/// distinguishes them: the algorithm ("ppo"); the folder's name without its task ("cartpole_ppo_wide": "ppo_wide");
/// that after the parent folder's name; the folder as it was given.
void label_groups(std::vector<RunGroup>& groups);

/// The groups of each task; `groups` must be in load_groups' order.
std::vector<std::span<const RunGroup>> by_task(const std::vector<RunGroup>& groups);

/// The first group if it is the baseline of these; null otherwise.
const RunGroup* baseline_of(std::span<const RunGroup> task);

}  // namespace sinew
