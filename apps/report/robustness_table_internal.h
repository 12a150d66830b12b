#pragma once
#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agents/run/evaluator.h"

namespace sinew {

/// A policy's results with disturbances of its task off, as it was trained, and twice as strong.
struct RobustnessTable {
  static constexpr std::array<double, 3> strengths = {0, 1, 2};  // of the columns
  static constexpr std::array headings = {"off", "as trained", "twice"};
  struct Cell {
    std::optional<Evaluation> result;  // none: refused, not part of this row, or not yet run
    std::string refused;               // why the task cannot be built with this strength
  };
  struct Row {
    std::string name;
    std::array<Cell, strengths.size()> cells;
  };
  bool has_success = false;
  std::vector<Row> rows;  // one disturbance each; every cell with a result has the same episodes
  std::vector<Row> all;   // all disturbances together
};

/// Aligned columns; below them, the reason for each dash and the disturbance that costs most.
std::string robustness_text(const RobustnessTable& table);
/// The same as a Markdown table.
std::string robustness_markdown(const RobustnessTable& table);
/// A list of rows: {name, off, as_trained, twice}, with only the cells that exist, null for a dash; with `refused`.
nlohmann::ordered_json robustness_json(const RobustnessTable& table);

}  // namespace sinew
