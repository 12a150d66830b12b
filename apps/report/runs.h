#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sinew {

/// One run folder as training left it, or leaves it now: metrics.csv in columns.
struct RunRecord {
  std::string folder;
  uint64_t seed = 0;
  std::optional<int64_t> eval_freq;          // eval.eval_freq of config.yaml
  std::vector<std::string> names;            // of the columns
  std::vector<std::vector<double>> columns;  // [columns][rows]; NaN where a cell is empty
  /// A column's numbers, empty when there is no such column.
  std::vector<double> column(const std::string& name) const;
  /// The column's finite numbers beside the env steps of their rows.
  struct Series {
    std::vector<double> steps, values;
  };
  Series series(const std::string& name) const;
};

/// Runs that differ in their seed alone.
struct RunGroup {
  std::string folder;
  std::string name;                   // the folder's own
  std::string task, algorithm;        // from config.yaml; "" when that is missing
  std::string label;                  // what tells it from the others on its task, see label_groups; "" when alone
  bool is_baseline = false;           // the others on its task are compared with it
  std::vector<RunRecord> runs;        // by seed; at least one
  std::vector<std::string> left_out;  // why, of each seed_N folder that cannot be read
};

/// Reads a run folder, or its parent with seed_N folders in it. A last line that is still being
/// written is left out. Throws Error on a folder that has neither, or none that can be read, and on an empty or
/// malformed file.
RunGroup load_runs(const std::string& folder);

}  // namespace sinew
