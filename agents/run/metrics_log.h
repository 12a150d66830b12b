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

/// The position of a MetricsLog, as a checkpoint stores it.
struct MetricsPlace {
  std::string event_file;  // its name in the folder
  int64_t csv_bytes = 0, event_bytes = 0;
  std::vector<double> cells;    // of the row that is not written yet
  std::vector<uint8_t> is_set;  // which of these cells have been recorded
  void visit_state(StateArchive& archive);
};

/// A run's numbers over time. Each write_row() writes one row of metrics.csv, and the same scalars for TensorBoard. The
/// columns are fixed at construction; a cell whose metric was not recorded since the last row is empty. Names are
/// Stable-Baselines3's (`rollout/ep_rew_mean`, `train/approx_kl`, `eval/mean_reward`, `time/fps`). A row that cannot be
/// written (a full disk) is an Error naming the file.
class MetricsLog {
 public:
  /// The first column, env steps so far; write_row writes it, and it must not be listed.
  static constexpr std::string_view step_column = "time/total_timesteps";

  /// Throws Error for a name that cannot be a column, or occurs twice. The constructors do, too.
  static void check_columns(const std::vector<std::string>& columns);

  /// Starts metrics.csv and an event file in an existing folder.
  MetricsLog(const std::string& folder, std::vector<std::string> columns);
  /// Continues from `place`: rows written after it are cut off. A missing file is started from scratch, with a warning.
  /// Throws Error when the files do not match `place`, or the columns have changed.
  MetricsLog(const std::string& folder, std::vector<std::string> columns, const MetricsPlace& place);

  /// Sets a cell of the next row; the last value counts. Throws when the column was not declared.
  void record(std::string_view name, double value);
  /// Writes nothing when no cell was recorded.
  void write_row(int64_t step);

  /// The current position, returned once everything written would survive a power cut.
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
