#include "agents/run/run_folder.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "agents/run/checkpoint_folder.h"
#include "agents/run/metrics_log.h"
#include "agents/run/segment_folder.h"
#include "core/error.h"
#include "core/own_mark.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// These files identify a folder as a run's: no other program writes them. A run creates them first and removes them
// last.
bool is_mark(const std::string& name) {
  static const std::vector<std::string> marks = {"metrics.csv", "policy.safetensors", "best.safetensors",
                                                 "checkpoints"};
  return std::ranges::find(marks, name) != marks.end() || name.starts_with("events.out.tfevents.");
}

bool is_run_file(const std::string& name) {
  static const std::vector<std::string> known = {"config.yaml", "task.yaml", "curve.png", "video.mp4", "log.txt"};
  return is_mark(name) || std::ranges::find(known, name) != known.end();
}

// The temporary names of write_file_atomically.
bool is_leftover(const std::string& name) {
  const size_t end = name.rfind(".tmp.");
  if (end == std::string::npos || name.find_first_not_of("0123456789", end + 5) != std::string::npos) return false;
  return is_run_file(name.substr(0, end)) || name.substr(0, end).ends_with(".checkpoint");
}

std::vector<fs::path> files_in(const fs::path& folder, bool (*is_one)(const std::string& name)) {
  std::error_code none;  // no such folder
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (is_one(entry.path().filename().string())) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

bool is_checkpoint(const std::string& name) {
  return name.ends_with(".checkpoint") || is_segment(name) || is_leftover(name);
}

// In the folder of checkpoints, removes only these files: the other files and the folder itself stay.
void remove_files(const fs::path& folder, bool (*is_one)(const std::string& name)) {
  for (const fs::path& path : files_in(folder, is_one)) {
    std::error_code code;
    const bool is_folder = fs::is_directory(path, code);
    if (is_folder) remove_files(path, is_checkpoint);
    fs::remove(path, code);
    if (code && !(is_folder && code == std::errc::directory_not_empty))
      fail_errno(fmt::format("cannot remove '{}'", path.string()), code.value());
  }
}

// Checks the content, not only the name.
bool is_a_runs(const fs::path& mark) {
  const std::string name = mark.filename().string();
  std::error_code ignored;
  if (name == "checkpoints") return !CheckpointFolder(mark.string()).steps().empty();
  if (name.starts_with("events.out.tfevents.")) return false;  // other programs write such files, too
  if (fs::is_empty(mark, ignored)) return true;
  const std::string head = beginning_of_file(mark.string());
  return name == "metrics.csv" ? head.starts_with(MetricsLog::step_column)
                               : head.find("\"sinew-policy\"") != std::string::npos;
}

bool holds_one_run(const fs::path& folder) { return std::ranges::any_of(files_in(folder, is_mark), is_a_runs); }

// Or several runs, one a seed, with their curve beside them.
bool holds_a_run(const fs::path& folder) {
  return holds_one_run(folder) ||
         std::ranges::any_of(files_in(folder, [](const std::string& name) { return name.starts_with("seed_"); }),
                             holds_one_run);
}

// A picture or a video with the name of a run's file that sinew did not make.
bool is_foreign_media(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_empty(path, ignored)) return false;
  if (path.filename() == "curve.png") return !is_own_picture(path.string());
  return path.filename() == "video.mp4" && !is_own_film(path.string());
}

// Whether a run in `folder` writes to `input`, after resolving links in both paths.
bool lies_among_run_files(const fs::path& input, const fs::path& folder) {
  std::error_code code;
  const fs::path place = fs::weakly_canonical(input, code), home = fs::weakly_canonical(folder, code);
  const fs::path inside = place.lexically_relative(home);
  return !inside.empty() && is_run_file(inside.begin()->string());
}

// The folders that make_writable_folder will create, innermost first.
std::vector<std::string> missing_folders(const std::string& path) {
  std::vector<std::string> missing;
  std::error_code code;
  for (fs::path folder = (fs::absolute(path) / "").parent_path();
       !fs::exists(folder, code) && folder.has_relative_path(); folder = folder.parent_path())
    missing.push_back(folder.string());
  return missing;
}

}  // namespace

RunFolder::RunFolder(std::string path, IfRunExists if_run_exists)
    : path_(std::move(path)), made_{missing_folders(path_)} {
  make_writable_folder(path_);
  const std::string lock = path_ + "/.lock";
  if (std::error_code code; !fs::exists(lock, code)) made_.paths.insert(made_.paths.begin(), lock);
  lock_.emplace(lock, fmt::format("the run folder '{}'", path_));
  check_run_folder(path_, if_run_exists);
}

RunFolder::Made::~Made() {
  std::error_code ignored;
  for (const std::string& path : paths) fs::remove(path, ignored);  // removes a folder only when it is empty
}

void RunFolder::clear() const {
  remove_files(path_, [](const std::string& name) { return is_run_file(name) && !is_mark(name); });
  remove_files(path_, is_mark);
}

void RunFolder::remove_leftovers() const {
  remove_files(path_, is_leftover);
  remove_files(checkpoints(), is_leftover);
}

void check_run_folder(const std::string& path, IfRunExists if_run_exists, const std::vector<std::string>& inputs) {
  const std::vector<fs::path> files = files_in(path, is_run_file);
  if (files.empty()) return;
  const std::string first = files.front().filename().string();
  if (!holds_a_run(path))
    fail(
        "the folder '{}' holds a file with the name of a run's file ({}), but no run, and other files are not "
        "overwritten; give --run with another folder",
        path, first);
  if (if_run_exists == IfRunExists::refuse)
    fail(
        "the folder '{}' already holds a run ({}); give --resume to continue it, --overwrite to replace it, or --run "
        "with another folder",
        path, first);
  for (const fs::path& path_there : files)
    if (is_foreign_media(path_there))
      fail(
          "a run in '{}' would overwrite '{}', which sinew did not make; move that file away, or give --run with "
          "another folder",
          path, path_there.string());
  if (if_run_exists == IfRunExists::resume && !CheckpointFolder(path + "/checkpoints").steps().empty()) return;
  for (const std::string& input : inputs)
    if (lies_among_run_files(input, path))
      fail("the run in '{}' cannot be replaced: '{}', which the recipe needs, is in it; give --run with another folder",
           path, input);
}

}  // namespace sinew
