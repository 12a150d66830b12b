#pragma once
#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agents/run/evaluator.h"

namespace sinew {

/// How a policy does where disturbances of its task are off, as it was trained with, and twice as strong.
struct RobustnessTable {
  static constexpr std::array<double, 3> strengths = {0, 1, 2};  // of the columns
  static constexpr std::array headings = {"off", "as trained", "twice"};
  struct Cell {
    std::optional<Evaluation> result;  // none: refused, or not of this row, or not yet
    std::string refused;               // why the task cannot be made so
  };
  struct Row {
    std::string name;
    std::array<Cell, strengths.size()> cells;
  };
  bool has_success = false;
  std::vector<Row> rows;  // a disturbance each; in each cell that has a result the same episodes
  std::vector<Row> all;   // of all of them together
};

/// Aligned columns; below them why a cell has a dash, and which disturbance costs most.
std::string robustness_text(const RobustnessTable& table);
/// The same as a table of Markdown.
std::string robustness_markdown(const RobustnessTable& table);
/// A list of rows: {name, off, as_trained, twice}, those that are there, null for a dash; with `refused`.
nlohmann::ordered_json robustness_json(const RobustnessTable& table);

}  // namespace sinew
