#include "agents/run/checkpoint_folder.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <system_error>

#include "agents/run/segment_folder.h"
#include "core/error.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "step_", suffix = ".checkpoint";

// The step in a checkpoint file's name; none: it is not a checkpoint.
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

void CheckpointFolder::save(const CheckpointHead& head, std::optional<int64_t> best_step,
                            const std::function<std::vector<Segment>(CheckpointWriter& out)>& write) const {
  if (std::error_code code; !fs::exists(path_, code)) make_writable_folder(path_);
  AtomicFile written(file(head.step));
  CheckpointWriter out([&](std::string_view bytes) { written.write(bytes); }, head);
  out.finish(write(out));
  written.commit();
  std::optional<int64_t> before;
  const std::vector<int64_t> all = steps();
  for (const int64_t step : all)
    if (step < head.step) before = step;
  for (const int64_t step : all) {
    if (step == head.step || step == before || step == best_step) continue;
    std::error_code ignored;  // an extra checkpoint does no harm
    fs::remove(file(step), ignored);
  }
  drop_segments();
}

void CheckpointFolder::drop_segments() const {
  const std::vector<std::string> there = segments_in(path_);
  if (there.empty()) return;
  std::set<std::string> needed;
  for (const int64_t step : steps()) try {
      for (const Segment& segment : Checkpoint::segments_named_by(open_file(file(step)), ""))
        needed.insert(segment.file);
    } catch (const Error&) {  // a damaged one needs none
    }
  for (const std::string& name : there) {
    std::error_code ignored;
    if (!needed.contains(name)) fs::remove(fs::path(path_) / name, ignored);
  }
}

CheckpointFolder::Newest CheckpointFolder::newest() const {
  Newest result;
  std::vector<int64_t> all = steps();
  for (; !all.empty() && !result.checkpoint; all.pop_back()) {
    const std::string path = file(all.back());
    try {
      const std::string name = fmt::format("the checkpoint '{}'", path);
      Checkpoint checkpoint(open_file(path), name);
      with_context(name, [&] { check_segments(path_, checkpoint.segments()); });
      result.checkpoint = std::move(checkpoint);
    } catch (const OtherFormat&) {
      throw;
    } catch (const Error& error) {
      // A file without read permission is not damaged: a user with permission can continue from it.
      if (::access(path.c_str(), R_OK) != 0) throw;
      result.damaged.push_back(error.what());
    }
  }
  return result;
}

}  // namespace sinew
