#include "apps/report/report_groups.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include "core/error.h"
#include "core/text.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

using Name = std::string (*)(const RunGroup&);

// The path with links resolved and without the trailing slash of shell completion.
fs::path real_path(const std::string& folder) {
  const fs::path path = fs::weakly_canonical(folder);
  return path.has_filename() ? path : path.parent_path();
}

std::string algorithm(const RunGroup& group) { return group.algorithm; }

// A recipe's name is TASK_ALGORITHM, possibly followed by more.
std::string recipe(const RunGroup& group) {
  const std::string prefix = group.task + "_";
  return group.name.starts_with(prefix) && group.name != prefix ? group.name.substr(prefix.size()) : group.name;
}

std::string recipe_with_parent(const RunGroup& group) {
  return (real_path(group.folder).parent_path().filename() / recipe(group)).string();
}

std::string folder(const RunGroup& group) { return group.folder; }

bool tells_apart(const std::vector<RunGroup>& groups, Name name) {
  std::set<std::pair<std::string, std::string>> seen;
  return std::ranges::all_of(groups, [&](const RunGroup& group) {
    return !name(group).empty() && seen.insert({group.task, name(group)}).second;
  });
}

void add_group(std::vector<RunGroup>& groups, const std::string& path) {
  RunGroup group = load_runs(path);
  const auto is_it = [&](const RunGroup& other) { return real_path(other.folder) == real_path(path); };
  if (std::ranges::none_of(groups, is_it)) groups.push_back(std::move(group));
}

// The groups that a --baseline word selects: by folder, else by the first kind of name that matches any.
std::vector<RunGroup*> groups_named(std::vector<RunGroup>& groups, const std::string& word) {
  const fs::path path = real_path(word);
  const std::function<bool(const RunGroup&)> meanings[] = {
      [&](const RunGroup& group) { return real_path(group.folder) == path; },
      [&](const RunGroup& group) { return group.label == word; },
      [&](const RunGroup& group) { return group.name == word; },
      [&](const RunGroup& group) { return recipe(group) == word; },
      [&](const RunGroup& group) { return group.algorithm == word; },
  };
  for (const auto& is_meant : meanings) {
    std::vector<RunGroup*> found;
    for (RunGroup& group : groups)
      if (is_meant(group)) found.push_back(&group);
    if (!found.empty()) return found;
  }
  return {};
}

[[noreturn]] void fail_unknown(const std::vector<RunGroup>& groups, const std::string& word) {
  std::set<std::string> known;
  for (const RunGroup& group : groups) known.insert({group.label, group.folder});
  fail("--baseline {}: there is no such run, nor one that is known by this name{}", word,
       suggestion(word, {known.begin(), known.end()}));
}

[[noreturn]] void fail_unshared(const std::vector<RunGroup>& groups, const std::string& word) {
  std::set<std::string> its, others;
  for (const RunGroup& group : groups) (group.is_baseline ? its : others).insert(group.task);
  fail("--baseline {}: no other run is on its task, {}{}", word, join({its.begin(), its.end()}),
       others.empty() ? "" : fmt::format("; they are on {}", join({others.begin(), others.end()})));
}

void mark_baseline(std::vector<RunGroup>& groups, const std::string& word) {
  bool is_shared = false;
  for (RunGroup* group : groups_named(groups, word)) {
    if (group->task.empty()) fail("--baseline {}: there is no config.yaml that says which task it is on", word);
    for (const RunGroup& other : groups) {
      if (&other == group || other.task != group->task) continue;
      if (other.is_baseline)
        fail("--baseline {}: there are two baselines for {}, '{}' and '{}'; name one of them by its folder", word,
             group->task, other.folder, group->folder);
      is_shared = true;
    }
    group->is_baseline = true;
  }
  if (!is_shared) fail_unshared(groups, word);
}

void put_tasks_together(std::vector<RunGroup>& groups) {
  std::vector<std::string> tasks;
  for (const RunGroup& group : groups) tasks.push_back(group.task);
  const auto place = [&](const RunGroup& group) {
    return std::pair(std::ranges::find(tasks, group.task) - tasks.begin(), !group.is_baseline);
  };
  std::ranges::stable_sort(groups, {}, place);
}

}  // namespace

std::vector<RunGroup> load_groups(const std::vector<std::string>& runs, const std::vector<std::string>& baselines,
                                  std::vector<std::string>& left_out) {
  std::vector<RunGroup> groups;
  for (const std::string& run : runs) try {
      add_group(groups, run);
    } catch (const Error& error) {
      left_out.push_back(error.what());
    }
  if (groups.empty()) throw Error(join(left_out, "; "));
  label_groups(groups);
  for (const std::string& word : baselines) {
    if (!groups_named(groups, word).empty()) continue;
    if (!fs::is_directory(word)) fail_unknown(groups, word);
    add_group(groups, word);
  }
  label_groups(groups);
  for (const std::string& word : baselines) mark_baseline(groups, word);
  put_tasks_together(groups);
  for (const RunGroup& group : groups) left_out.insert(left_out.end(), group.left_out.begin(), group.left_out.end());
  return groups;
}

void label_groups(std::vector<RunGroup>& groups) {
  Name name = folder;
  for (const Name candidate : {recipe_with_parent, recipe, algorithm})
    if (tells_apart(groups, candidate)) name = candidate;
  for (RunGroup& group : groups) group.label = name(group);
}

std::vector<std::span<const RunGroup>> by_task(const std::vector<RunGroup>& groups) {
  std::vector<std::span<const RunGroup>> tasks;
  for (size_t begin = 0, end = 0; begin < groups.size(); begin = end) {
    while (end < groups.size() && groups[end].task == groups[begin].task) ++end;
    tasks.push_back(std::span(groups).subspan(begin, end - begin));
  }
  return tasks;
}

const RunGroup* baseline_of(std::span<const RunGroup> task) {
  return !task.empty() && task.front().is_baseline ? &task.front() : nullptr;
}

}  // namespace sinew
