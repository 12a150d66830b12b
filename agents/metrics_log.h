#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/append_file.h"
#include "agents/tensorboard.h"

namespace sinew {

/// A run's numbers over time: one row of metrics.csv, and the same scalars for TensorBoard, each
/// time write_row is called. The columns are known from the start; a cell whose metric was not
/// recorded since the last row is empty. Names are Stable-Baselines3's (`rollout/ep_rew_mean`,
/// `train/approx_kl`, `eval/mean_reward`, `time/fps`). A row that cannot be written (a full disk) is
/// an Error naming the file.
class MetricsLog {
 public:
  /// The first column, env steps so far; it is written by write_row and must not be listed.
  static constexpr std::string_view step_column = "time/total_timesteps";

  /// Starts metrics.csv and an event file in an existing folder.
  MetricsLog(const std::string& folder, std::vector<std::string> columns);

  /// Sets a cell of the next row; the last value counts. Throws when the column was not declared.
  void record(std::string_view name, double value);
  void write_row(int64_t step);

  const std::vector<std::string>& columns() const { return columns_; }

 private:
  std::vector<std::string> columns_;
  std::vector<std::optional<double>> cells_;  // as columns_
  AppendFile csv_;
  TensorBoardWriter tensorboard_;
};

}  // namespace sinew
