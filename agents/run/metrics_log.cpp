#include "agents/run/metrics_log.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/log.h"
#include "core/safe_file.h"
#include "core/state_archive.h"
#include "core/text.h"

namespace sinew {
namespace {

std::vector<std::string> checked(std::vector<std::string> columns) {
  MetricsLog::check_columns(columns);
  return columns;
}

// A missing metrics file must not end the run: a new one is started.
bool is_gone(const std::string& path) {
  if (std::error_code none; std::filesystem::exists(path, none)) return false;
  log_warning("'{}' is gone: a new one is started, without the rows up to here", path);
  return true;
}

AppendFile csv_from(const std::string& path, int64_t bytes) {
  return is_gone(path) ? AppendFile(path) : AppendFile(path, bytes);
}

TensorBoardWriter events_from(const std::string& folder, const MetricsPlace& place) {
  const std::string path = folder + "/" + place.event_file;
  return is_gone(path) ? TensorBoardWriter(folder) : TensorBoardWriter(path, place.event_bytes);
}

}  // namespace

void MetricsLog::check_columns(const std::vector<std::string>& columns) {
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (column->empty() || column->find_first_of(",\"\r\n") != std::string::npos)
      fail("'{}' cannot name a metric: a name has at least one letter and no comma, quote or line break", *column);
    if (*column == step_column || std::find(columns.begin(), column, *column) != column)
      fail("the metric '{}' is declared twice", *column);
  }
}

void MetricsPlace::visit_state(StateArchive& archive) {
  archive("event_file", event_file);
  archive("csv_bytes", csv_bytes);
  archive("event_bytes", event_bytes);
  archive("cells", cells);
  archive("is_set", is_set);
}

MetricsLog::MetricsLog(const std::string& folder, std::vector<std::string> columns)
    : columns_(checked(std::move(columns))),
      cells_(columns_.size()),
      csv_(folder + "/metrics.csv"),
      tensorboard_(folder) {
  csv_.append(header());
}

MetricsLog::MetricsLog(const std::string& folder, std::vector<std::string> columns, const MetricsPlace& place)
    : columns_(checked(std::move(columns))),
      cells_(columns_.size()),
      csv_(csv_from(folder + "/metrics.csv", place.csv_bytes)),
      tensorboard_(events_from(folder, place)) {
  if (csv_.size() == 0) csv_.append(header());
  if (!read_file(csv_.path()).starts_with(header()) || place.cells.size() != cells_.size() ||
      place.is_set.size() != cells_.size())
    fail(
        "'{}' has other columns than this run writes: it was changed since; restore it, or move it away, and a new one "
        "is started",
        csv_.path());
  for (size_t i = 0; i < cells_.size(); ++i)
    if (place.is_set[i]) cells_[i] = place.cells[i];
}

std::string MetricsLog::header() const {
  std::string line(step_column);
  for (const std::string& column : columns_) line += "," + column;
  return line + "\n";
}

MetricsPlace MetricsLog::sync() {
  csv_.sync();
  tensorboard_.sync();
  const AppendFile& events = tensorboard_.file();
  MetricsPlace place{.event_file = std::filesystem::path(events.path()).filename().string(),
                     .csv_bytes = csv_.size(),
                     .event_bytes = events.size()};
  for (const std::optional<double>& cell : cells_) {
    place.cells.push_back(cell.value_or(0));
    place.is_set.push_back(cell.has_value());
  }
  return place;
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
  if (scalars.empty()) return;
  csv_.append(row + "\n");
  tensorboard_.write(step, scalars);
}

}  // namespace sinew
