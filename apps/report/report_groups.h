#pragma once
#include <span>
#include <string>
#include <vector>

#include "apps/report/runs.h"

namespace sinew {

/// Reads the runs and the baselines, puts groups of the same task together (tasks as they first
/// appear, the baseline first in its task, a folder that is named twice once), and sets their labels.
///
/// A baseline is a folder, among the runs or not, or a word that groups are known by: a label, a
/// folder's own name or an algorithm; on each task, it means the group that is known by it. Throws
/// Error on a word that nothing is known by, on two baselines for one task, and on a baseline whose
/// task no other group shares.
/// A run that cannot be read costs no more than its own row: why is added to `left_out`. Throws when none can.
std::vector<RunGroup> load_groups(const std::vector<std::string>& runs, const std::vector<std::string>& baselines,
                                  std::vector<std::string>& left_out);

/// Labels groups so that those of a task differ, all of them in the same way, by the first of these
/// that does it: the algorithm ("ppo"); the folder's name without its task ("cartpole_ppo_wide":
/// "ppo_wide"); that behind the parent folder's name; the folder as it was given.
void label_groups(std::vector<RunGroup>& groups);

/// The groups of each task, of groups in load_groups' order.
std::vector<std::span<const RunGroup>> by_task(const std::vector<RunGroup>& groups);

/// The first group, where it is the baseline of these; null otherwise.
const RunGroup* baseline_of(std::span<const RunGroup> task);

}  // namespace sinew
