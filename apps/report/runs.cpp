#include "apps/report/runs.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string_view>

#include "apps/command_line/file_argument.h"
#include "apps/report/statistics.h"
#include "core/config.h"
#include "core/error.h"
#include "core/safe_file.h"
#include "core/text.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr const char* step_column = "time/total_timesteps";

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> cells;
  while (true) {
    const size_t comma = line.find(',');
    cells.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

double number(std::string_view cell, const std::string& where, const std::string& column) {
  if (cell.empty()) return not_there;
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc{} || end != cell.data() + cell.size())
    fail("{}: '{}' in column '{}' is not a number", where, shortened(cell, 40), column);
  return value;
}

void read_metrics(const std::string& path, RunRecord& run) {
  const std::string content = read_file(path);
  std::string_view rest = content;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);  // the byte order mark that some editors write
  int line_number = 0;
  for (size_t end; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string where = fmt::format("{}:{}", path, ++line_number);
    const std::vector<std::string_view> cells = split(line);
    if (line_number == 1) {
      run.names.assign(cells.begin(), cells.end());
      run.columns.resize(cells.size());
      if (run.names[0] != step_column)
        fail("{}: the first column is '{}'; the metrics of a run start with '{}'", where, shortened(run.names[0], 40),
             step_column);
      continue;
    }
    if (line.empty()) continue;
    if (cells.size() != run.names.size())
      fail("{}: {} cells, but the header names {} columns", where, cells.size(), run.names.size());
    for (size_t i = 0; i < cells.size(); ++i) run.columns[i].push_back(number(cells[i], where, run.names[i]));
    if (!std::isfinite(run.columns[0].back())) fail("{}: the row has no '{}'", where, step_column);
  }
  if (run.columns.empty() || run.columns[0].empty())
    fail("'{}' has no rows yet: the run stopped before its first update, or has just begun", path);
}

bool is_present(const fs::path& path) {
  std::error_code code;
  const bool found = fs::exists(path, code);
  if (code) fail_errno(fmt::format("cannot reach '{}'", path.string()), code.value());
  return found;
}

// A value of config.yaml; "" if it is missing.
std::string config_text(const ConfigNode& config, std::string_view key) {
  const ConfigNode* node = config.is_map() ? config.find(key) : nullptr;
  return node && node->is_scalar() ? node->text() : "";
}

RunRecord load_run(const fs::path& folder, RunGroup& group) {
  RunRecord run;
  run.folder = folder.string();
  read_metrics((folder / "metrics.csv").string(), run);
  if (const fs::path file = folder / "config.yaml"; is_present(file)) {
    const ConfigNode config = ConfigNode::parse_file(file.string());
    group.task = fs::path(config_text(config, "task")).stem().string();
    if (const ConfigNode* algorithm = config.is_map() ? config.find("algorithm") : nullptr)
      group.algorithm = config_text(*algorithm, "name");
    if (const ConfigNode* seed = config.is_map() ? config.find("seed") : nullptr) read_value(*seed, run.seed);
    if (const ConfigNode* eval = config.is_map() ? config.find("eval") : nullptr; eval && eval->is_map())
      if (const ConfigNode* eval_freq = eval->find("eval_freq")) run.eval_freq = eval_freq->integer();
  }
  return run;
}

// The N of a folder seed_N.
std::optional<uint64_t> seed_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  uint64_t seed = 0;
  if (!name.starts_with("seed_")) return std::nullopt;
  const auto [end, error] = std::from_chars(name.data() + 5, name.data() + name.size(), seed);
  return error == std::errc{} && end == name.data() + name.size() ? std::optional(seed) : std::nullopt;
}

std::vector<fs::path> seed_folders(const fs::path& parent) {
  std::error_code code;
  std::vector<fs::path> folders;
  fs::directory_iterator entries(parent, code);
  for (; !code && entries != fs::directory_iterator(); entries.increment(code))
    if (seed_of(entries->path())) folders.push_back(entries->path());
  if (code) fail_errno(fmt::format("cannot read '{}'", parent.string()), code.value());
  std::sort(folders.begin(), folders.end(),
            [](const fs::path& a, const fs::path& b) { return *seed_of(a) < *seed_of(b); });
  return folders;
}

}  // namespace

std::vector<double> RunRecord::column(const std::string& name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? std::vector<double>{} : columns[static_cast<size_t>(found - names.begin())];
}

RunRecord::Series RunRecord::series(const std::string& name) const {
  Series result;
  const std::vector<double> values = column(name);
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    result.steps.push_back(columns[0][i]);
    result.values.push_back(values[i]);
  }
  return result;
}

RunGroup load_runs(const std::string& folder) {
  const fs::path root = fs::path(folder).lexically_normal();
  if (!is_present(root) || !fs::is_directory(root))
    fail("'{}' is not a folder; a run's folder is runs/<recipe>{}", folder, suggested_file(folder));
  RunGroup group{.folder = folder, .name = {}, .task = {}, .algorithm = {}, .label = {}, .runs = {}, .left_out = {}};
  group.name = (root.has_filename() ? root.filename() : root.parent_path().filename()).string();
  if (is_present(root / "metrics.csv")) {
    group.runs.push_back(load_run(root, group));
    return group;
  }
  for (const fs::path& seed : seed_folders(root)) try {
      if (!is_present(seed / "metrics.csv"))
        fail("'{}' has no metrics.csv: it has just begun, or is not a run", seed.string());
      group.runs.push_back(load_run(seed, group));
      group.runs.back().seed = *seed_of(seed);
    } catch (const Error& error) {
      group.left_out.push_back(error.what());
    }
  if (group.runs.empty() && !group.left_out.empty()) throw Error(join(group.left_out, "; "));
  if (group.runs.empty())
    fail("'{}' is not a run: it has neither a metrics.csv nor seed_N folders with one; or it has just begun", folder);
  return group;
}

}  // namespace sinew
