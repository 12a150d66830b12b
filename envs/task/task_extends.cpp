#include "envs/task/task_extends.h"

#include "core/input_path.h"
#include "core/latency_profile.h"

namespace sinew {
namespace {

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

// The task with the content of a delay profile in place of the file that contains it.
ConfigNode with_delay_file(const ConfigNode& task, const BaseFolder& folder) {
  const ConfigNode* delay = task.is_map() ? task.find("delay") : nullptr;
  if (!delay || !delay->is_scalar() || (delay->text() == "none" && !delay->is_quoted())) return task;
  const LatencyProfile profile =
      with_context(delay->where(), [&] { return load_latency_profile(find_file(delay->text(), folder).path); });
  ConfigNode whole = task;
  whole.set("delay", write_config(profile));
  return whole;
}

ConfigNode resolve(const ConfigNode& written, BaseFolder& folder, int depth) {
  const ConfigNode task = with_delay_file(written, folder);
  const ConfigNode* extends = task.is_map() ? task.find("extends") : nullptr;
  if (!extends) return task;
  if (depth == longest_chain) throw extends->error("the tasks extend each other in a circle");
  const FoundFile file = find_file(extends->text(), folder, &shipped_tasks);
  const ConfigNode other = with_context(extends->where(), [&] {
    if (!file.is_there) fail("cannot read '{}': No such file or directory{}", extends->text(), file.looked());
    return ConfigNode::parse_file(file.path);
  });
  BaseFolder other_folder = BaseFolder::of_file(file.path);
  ConfigNode whole = resolve(other, other_folder, depth + 1);
  ConfigNode changes = task;
  changes.remove("extends");
  if (!changes.find("model")) folder = other_folder;
  merge(whole, changes);
  return whole;
}

}  // namespace

ConfigNode resolve_extends(const ConfigNode& task, BaseFolder& folder) { return resolve(task, folder, 0); }

}  // namespace sinew
