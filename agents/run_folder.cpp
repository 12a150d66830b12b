#include "agents/run_folder.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "core/error.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

bool is_run_file(const std::string& name) {
  static const std::vector<std::string> known = {"config.yaml",      "task.yaml",   "policy.safetensors",
                                                 "best.safetensors", "metrics.csv", "curve.png",
                                                 "video.mp4",        "log.txt",     "checkpoints"};
  return std::ranges::find(known, name) != known.end() || name.starts_with("events.out.tfevents.");
}

// As write_file_atomically names what it has not finished.
bool is_leftover(const std::string& name) { return name.find(".tmp.") != std::string::npos; }

const std::string& made(const std::string& path) {
  make_writable_folder(path);
  return path;
}

void remove_files(const fs::path& folder, bool (*is_one)(const std::string& name)) {
  std::error_code code;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, code))  // none when there is no such folder
    if (is_one(entry.path().filename().string())) found.push_back(entry.path());
  for (const fs::path& path : found)
    if (fs::remove_all(path, code); code) fail_errno(fmt::format("cannot remove '{}'", path.string()), code.value());
}

}  // namespace

RunFolder::RunFolder(std::string path, IfRunExists if_run_exists)
    : path_(std::move(path)), lock_(made(path_) + "/.lock", fmt::format("the run folder '{}'", path_)) {
  check_run_folder(path_, if_run_exists);
}

void RunFolder::clear() const { remove_files(path_, is_run_file); }

void RunFolder::remove_leftovers() const {
  remove_files(path_, is_leftover);
  remove_files(checkpoints(), is_leftover);
}

void check_run_folder(const std::string& path, IfRunExists if_run_exists) {
  std::error_code ignored;
  if (if_run_exists != IfRunExists::refuse || !fs::is_directory(path, ignored)) return;
  for (const auto& entry : fs::directory_iterator(path, ignored))
    if (is_run_file(entry.path().filename().string()))
      fail(
          "the folder '{}' holds a run already ({}); give --resume to go on with it, --overwrite to replace it, or "
          "--run with another folder",
          path, entry.path().filename().string());
}

}  // namespace sinew
