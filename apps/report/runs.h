#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sinew {

/// One run folder, of a finished or a current training run: metrics.csv in columns.
struct RunRecord {
  std::string folder;
  uint64_t seed = 0;
  std::optional<int64_t> eval_freq;          // eval.eval_freq in config.yaml
  std::vector<std::string> names;            // of the columns
  std::vector<std::vector<double>> columns;  // [columns][rows]; NaN if a cell is empty
  /// A column's numbers; empty if there is no such column.
  std::vector<double> column(const std::string& name) const;
  /// The column's finite numbers with the env steps of their rows.
  struct Series {
    std::vector<double> steps, values;
  };
  Series series(const std::string& name) const;
};

/// Runs that differ only in their seed.
struct RunGroup {
  std::string folder;
  std::string name;                   // the folder's own
  std::string task, algorithm;        // from config.yaml; "" when that is missing
  std::string label;                  // distinguishes it from the others on its task, see label_groups; "" if alone
  bool is_baseline = false;           // the others on its task are compared with it
  std::vector<RunRecord> runs;        // by seed; at least one
  std::vector<std::string> left_out;  // for each seed_N folder that cannot be read, why
};

/// Reads a run folder, or its parent with seed_N folders in it. A last line that is still being written is ignored.
/// Throws an Error on a folder that has neither or none that can be read, and on an empty or malformed file.
RunGroup load_runs(const std::string& folder);

}  // namespace sinew
