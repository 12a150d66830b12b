#include "envs/task_extends.h"

#include <filesystem>

#include "core/latency_profile.h"
#include "envs/make_env.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr int longest_chain = 16;

void merge(ConfigNode& base, const ConfigNode& changes) {
  for (const auto& [key, value] : changes.entries()) {
    const ConfigNode* below = base.find(key);
    if (value.is_null()) {
      base.remove(key);
    } else if (below && below->is_map() && value.is_map()) {
      ConfigNode merged = *below;
      merge(merged, value);
      base.set(key, std::move(merged));
    } else {
      base.set(key, value);
    }
  }
}

// A profile that lies in a file, in the file's place.
ConfigNode with_delay(const ConfigNode& task, const std::string& folder) {
  const ConfigNode* delay = task.is_map() ? task.find("delay") : nullptr;
  if (!delay || !delay->is_scalar() || (delay->text() == "none" && !delay->is_quoted())) return task;
  const LatencyProfile profile =
      with_context(delay->where(), [&] { return load_latency_profile(file_of_task(delay->text(), folder)); });
  ConfigNode whole = task;
  whole.set("delay", write_config(profile));
  return whole;
}

ConfigNode resolve(const ConfigNode& written, std::string& folder, int depth) {
  const ConfigNode task = with_delay(written, folder);
  const ConfigNode* extends = task.is_map() ? task.find("extends") : nullptr;
  if (!extends) return task;
  if (depth == longest_chain) throw extends->error("the tasks extend each other in a circle");
  const fs::path file = (fs::path(folder) / extends->text()).lexically_normal();
  const ConfigNode other = with_context(extends->where(), [&] { return ConfigNode::parse_file(file.string()); });
  std::string other_folder = file.parent_path().string();
  ConfigNode whole = resolve(other, other_folder, depth + 1);
  ConfigNode changes = task;
  changes.remove("extends");
  if (!changes.find("model")) folder = other_folder;
  merge(whole, changes);
  return whole;
}

}  // namespace

ConfigNode resolve_extends(const ConfigNode& task, std::string& folder) { return resolve(task, folder, 0); }

}  // namespace sinew
