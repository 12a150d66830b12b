#include "apps/report/robustness_table_internal.h"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/command_line/terminal.h"
#include "core/text.h"

namespace sinew {
namespace {

using Cell = RobustnessTable::Cell;
using Row = RobustnessTable::Row;

constexpr const char* keys[] = {"off", "as_trained", "twice"};
constexpr size_t as_trained = 1, twice = 2;

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

// "-1.27 ± 0.40", and for success "93 %".
void add_cell(std::vector<std::string>& words, const Cell& cell, bool has_success) {
  const std::string otherwise = cell.refused.empty() ? "" : "-";
  words.push_back(cell.result ? fmt::format("{} ± {}", short_number(cell.result->mean_reward()),
                                            short_number(cell.result->std_reward()))
                              : otherwise);
  if (has_success) words.push_back(cell.result ? percent(cell.result->success_rate()) : otherwise);
}

std::vector<std::vector<std::string>> words_of(const RobustnessTable& table) {
  std::vector<std::vector<std::string>> lines(1, {"disturbance"});
  for (const char* heading : RobustnessTable::headings) {
    lines[0].push_back(heading);
    if (table.has_success) lines[0].push_back("success");
  }
  for (const auto* rows : {&table.rows, &table.all})
    for (const Row& row : *rows) {
      lines.push_back({row.name});
      for (const Cell& cell : row.cells) add_cell(lines.back(), cell, table.has_success);
    }
  return lines;
}

// The cost of doubling the disturbance, episode by episode: the mean of the differences, and its standard error.
struct Cost {
  double mean, error;
};

Cost cost_of(const Row& row, bool has_success) {
  const auto &before = row.cells[as_trained].result->episodes, &after = row.cells[twice].result->episodes;
  const auto difference = [&](size_t i) {
    return has_success ? static_cast<double>(before[i].success) - static_cast<double>(after[i].success)
                       : before[i].reward - after[i].reward;
  };
  const auto n = static_cast<double>(before.size());
  double sum = 0, squares = 0;
  for (size_t i = 0; i < before.size(); ++i) sum += difference(i);
  for (size_t i = 0; i < before.size(); ++i) squares += std::pow(difference(i) - sum / n, 2);
  return {sum / n, std::sqrt(squares / (n - 1) / n)};
}

// The single disturbance that costs most, if the cost exceeds chance among a dozen or two.
std::string verdict(const RobustnessTable& table) {
  constexpr double errors = 3;
  const Row* worst = nullptr;
  double most = 0;
  size_t compared = 0;
  for (const Row& row : table.rows) {
    if (!row.cells[as_trained].result || !row.cells[twice].result) continue;
    ++compared;
    const Cost cost = cost_of(row, table.has_success);
    if (cost.mean > errors * cost.error && cost.mean > most) {
      most = cost.mean;
      worst = &row;
    }
  }
  if (compared == 0) return "";
  if (!worst) return "No single disturbance, when twice as strong, costs enough to show in these episodes.\n";
  const Evaluation &before = *worst->cells[as_trained].result, &after = *worst->cells[twice].result;
  const std::string cost =
      table.has_success
          ? fmt::format("success {} → {}", percent(before.success_rate()), percent(after.success_rate()))
          : fmt::format("return {} → {}", short_number(before.mean_reward()), short_number(after.mean_reward()));
  return fmt::format("The single disturbance that costs most when twice as strong is '{}': {}.\n", worst->name, cost);
}

// The reasons for dashes; if all together are refused for the reason of a single one, it is printed once.
std::string refusals(const RobustnessTable& table) {
  std::string text;
  for (const auto* rows : {&table.rows, &table.all})
    for (const Row& row : *rows)
      for (const Cell& cell : row.cells)
        if (!cell.refused.empty() && text.find(cell.refused) == std::string::npos)
          text += fmt::format("{}: cannot be made twice as strong: {}\n", row.name, cell.refused);
  return text;
}

std::string below(const RobustnessTable& table) {
  const std::string text = refusals(table) + verdict(table);
  return text.empty() ? "" : "\n" + text;
}

nlohmann::ordered_json cell_json(const Evaluation& result, bool has_success) {
  nlohmann::ordered_json cell = {{"mean_reward", result.mean_reward()},
                                 {"std_reward", result.std_reward()},
                                 {"mean_ep_length", result.mean_ep_length()}};
  if (has_success) cell["success_rate"] = result.success_rate();
  return cell;
}

}  // namespace

std::string robustness_text(const RobustnessTable& table) { return format_table(words_of(table)) + below(table); }

std::string robustness_markdown(const RobustnessTable& table) {
  std::string text;
  const auto lines = words_of(table);
  for (size_t i = 0; i < lines.size(); ++i) {
    text += "| " + join(lines[i], " | ") + " |\n";
    if (i > 0) continue;
    for (size_t column = 0; column < lines[0].size(); ++column) text += "|---";
    text += "|\n";
  }
  return text + below(table);
}

nlohmann::ordered_json robustness_json(const RobustnessTable& table) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto* rows : {&table.rows, &table.all})
    for (const Row& row : *rows) {
      nlohmann::ordered_json& entry = list.emplace_back();
      entry["name"] = row.name;
      for (size_t i = 0; i < row.cells.size(); ++i) {
        const Cell& cell = row.cells[i];
        if (cell.result) entry[keys[i]] = cell_json(*cell.result, table.has_success);
        if (cell.refused.empty()) continue;
        entry[keys[i]] = nullptr;
        entry["refused"] = cell.refused;
      }
    }
  return list;
}

}  // namespace sinew
