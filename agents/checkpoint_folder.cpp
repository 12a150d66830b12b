#include "agents/checkpoint_folder.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "core/error.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "step_", suffix = ".checkpoint";

// The step that a file of this name is of; none: it is no checkpoint.
std::optional<int64_t> step_of(const std::string& name) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  const char *begin = name.data() + prefix.size(), *end = name.data() + name.size() - suffix.size();
  int64_t step = 0;
  const auto [stop, error] = std::from_chars(begin, end, step);
  if (error != std::errc{} || stop != end || step < 0) return std::nullopt;
  return step;
}

}  // namespace

std::string CheckpointFolder::file(int64_t step) const {
  return fmt::format("{}/{}{:012}{}", path_, prefix, step, suffix);
}

std::vector<int64_t> CheckpointFolder::steps() const {
  std::vector<int64_t> found;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(path_, code))
    if (const auto step = step_of(entry.path().filename().string())) found.push_back(*step);
  if (code && code != std::errc::no_such_file_or_directory)
    fail_errno(fmt::format("cannot look into '{}'", path_), code.value());
  std::ranges::sort(found);
  return found;
}

void CheckpointFolder::save(const Checkpoint& checkpoint, std::optional<int64_t> best_step) const {
  if (std::error_code code; !fs::exists(path_, code)) make_writable_folder(path_);
  // Its sections are not copied: the weights may be most of what is in memory.
  const std::string header = format_checkpoint_header(checkpoint);
  std::vector<std::string_view> pieces = {header};
  for (const auto& [name, bytes] : checkpoint.sections) pieces.push_back(bytes);
  write_file_atomically(file(checkpoint.step), pieces);
  std::optional<int64_t> before;
  const std::vector<int64_t> all = steps();
  for (const int64_t step : all)
    if (step < checkpoint.step) before = step;
  for (const int64_t step : all) {
    if (step == checkpoint.step || step == before || step == best_step) continue;
    std::error_code ignored;  // one too many does no harm
    fs::remove(file(step), ignored);
  }
}

CheckpointFolder::Newest CheckpointFolder::newest() const {
  Newest result;
  std::vector<int64_t> all = steps();
  for (; !all.empty() && !result.checkpoint; all.pop_back()) {
    const std::string path = file(all.back());
    try {
      result.checkpoint = parse_checkpoint(read_file(path), fmt::format("the checkpoint '{}'", path));
    } catch (const OtherFormat&) {
      throw;
    } catch (const Error& error) {
      // One that may not be read is no damage: whoever may can go on from it.
      if (::access(path.c_str(), R_OK) != 0) throw;
      result.damaged.push_back(error.what());
    }
  }
  return result;
}

}  // namespace sinew
