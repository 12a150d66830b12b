#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/run/append_file.h"
#include "agents/run/tensorboard.h"

namespace sinew {

class StateArchive;

/// How far a MetricsLog has come: what a checkpoint keeps of it.
struct MetricsPlace {
  std::string event_file;  // its name in the folder
  int64_t csv_bytes = 0, event_bytes = 0;
  std::vector<double> cells;    // of the row that is not written yet …
  std::vector<uint8_t> is_set;  // … where they have been recorded
  void visit_state(StateArchive& archive);
};

/// A run's numbers over time: one row of metrics.csv, and the same scalars for TensorBoard, each
/// time write_row is called. The columns are known from the start; a cell whose metric was not
/// recorded since the last row is empty. Names are Stable-Baselines3's (`rollout/ep_rew_mean`,
/// `train/approx_kl`, `eval/mean_reward`, `time/fps`). A row that cannot be written (a full disk) is
/// an Error naming the file.
class MetricsLog {
 public:
  /// The first column, env steps so far; it is written by write_row and must not be listed.
  static constexpr std::string_view step_column = "time/total_timesteps";

  /// Throws Error for a name that cannot be a column, or is there twice. The constructors do, too.
  static void check_columns(const std::vector<std::string>& columns);

  /// Starts metrics.csv and an event file in an existing folder.
  MetricsLog(const std::string& folder, std::vector<std::string> columns);
  /// Goes on from `place`: rows written after it are cut off. A file that is gone is begun anew, with a warning.
  /// Throws Error when the files are not those that were left, or the columns have changed.
  MetricsLog(const std::string& folder, std::vector<std::string> columns, const MetricsPlace& place);

  /// Sets a cell of the next row; the last value counts. Throws when the column was not declared.
  void record(std::string_view name, double value);
  /// Nothing where no cell was recorded.
  void write_row(int64_t step);

  /// Where it stands, once all that it has written would survive a power cut.
  MetricsPlace sync();
  const std::vector<std::string>& columns() const { return columns_; }

 private:
  std::string header() const;

  std::vector<std::string> columns_;
  std::vector<std::optional<double>> cells_;  // as columns_
  AppendFile csv_;
  TensorBoardWriter tensorboard_;
};

}  // namespace sinew
