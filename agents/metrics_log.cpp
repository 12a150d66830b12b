#include "agents/metrics_log.h"

#include <algorithm>

#include "core/error.h"
#include "core/text.h"

namespace sinew {
namespace {

std::vector<std::string> checked(std::vector<std::string> columns) {
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (column->empty() || column->find_first_of(",\"\r\n") != std::string::npos)
      fail("'{}' cannot name a metric: a name has at least one letter and no comma, quote or line break", *column);
    if (*column == MetricsLog::step_column || std::find(columns.begin(), column, *column) != column)
      fail("the metric '{}' is declared twice", *column);
  }
  return columns;
}

}  // namespace

MetricsLog::MetricsLog(const std::string& folder, std::vector<std::string> columns)
    : columns_(checked(std::move(columns))),
      cells_(columns_.size()),
      csv_(folder + "/metrics.csv"),
      tensorboard_(folder) {
  std::string header(step_column);
  for (const std::string& column : columns_) header += "," + column;
  csv_.append(header + "\n");
}

void MetricsLog::record(std::string_view name, double value) {
  const auto column = std::find(columns_.begin(), columns_.end(), name);
  if (column == columns_.end()) fail("the metric '{}' was not declared{}", name, suggestion(name, columns_));
  cells_[static_cast<size_t>(column - columns_.begin())] = value;
}

void MetricsLog::write_row(int64_t step) {
  std::string row = fmt::format("{}", step);
  std::vector<Scalar> scalars;
  for (size_t i = 0; i < columns_.size(); ++i) {
    row += ',';
    if (!cells_[i]) continue;
    row += fmt::format("{}", *cells_[i]);
    scalars.push_back({columns_[i], *cells_[i]});
    cells_[i].reset();
  }
  csv_.append(row + "\n");
  if (!scalars.empty()) tensorboard_.write(step, scalars);
}

}  // namespace sinew
