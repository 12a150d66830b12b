#include "agents/resume.h"

#include <algorithm>
#include <vector>

#include "core/config_node.h"
#include "core/text.h"

namespace sinew {
namespace {

constexpr size_t most_named = 5;

std::string brief(const ConfigNode* node) {
  if (!node) return "nothing";
  std::string text = node->is_scalar() ? node->text() : node->to_yaml();
  if (text.ends_with('\n')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text.size() > 60 ? text.substr(0, 57) + "…" : text;
}

// Adds "key: 1 in the run, 2 now" for each leaf that differs.
void compare(const ConfigNode* saved, const ConfigNode* present, const std::string& path,
             std::vector<std::string>& differences) {
  if (saved && present && saved->is_map() && present->is_map()) {
    const auto inside = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
    for (const auto& [key, value] : saved->entries()) compare(&value, present->find(key), inside(key), differences);
    for (const auto& [key, value] : present->entries())
      if (!saved->find(key)) compare(nullptr, &value, inside(key), differences);
    return;
  }
  if (saved && present && saved->to_yaml() == present->to_yaml()) return;
  differences.push_back(fmt::format("{}: {} in the run, {} now", path, brief(saved), brief(present)));
}

bool has_grown(const ConfigNode& saved, const ConfigNode& present) {
  const ConfigNode *before = saved.find("total_timesteps"), *now = present.find("total_timesteps");
  return before && now && now->integer() >= before->integer();
}

std::vector<std::string> config_differences(const std::string& saved_text, const std::string& present_text) {
  ConfigNode saved = ConfigNode::parse_text(saved_text, "the checkpoint's recipe");
  ConfigNode present = ConfigNode::parse_text(present_text, "the recipe");
  if (has_grown(saved, present)) saved.set("total_timesteps", *present.find("total_timesteps"));
  std::vector<std::string> differences;
  compare(&saved, &present, "", differences);
  return differences;
}

}  // namespace

void check_same_run(const RunIdentity& saved, const RunIdentity& present) {
  std::vector<std::string> differences = config_differences(saved.config, present.config);
  const ConfigNode saved_task = ConfigNode::parse_text(saved.task, "the checkpoint's task");
  const ConfigNode present_task = ConfigNode::parse_text(present.task, "the task");
  compare(&saved_task, &present_task, "task", differences);
  if (differences.empty() && saved.model != present.model)
    differences.push_back("the compiled model: its MJCF file, or the version of MuJoCo, has changed");
  if (differences.empty()) return;
  const size_t more = differences.size() - std::min(differences.size(), most_named);
  differences.resize(differences.size() - more);
  fail(
      "the run cannot be resumed with other settings ({}{}): only total_timesteps may grow. Put them back, or start "
      "anew with --overwrite or in another folder with --run",
      join(differences, "; "), more > 0 ? fmt::format("; and {} more", more) : "");
}

}  // namespace sinew
