#include "apps/robot/replay_input.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/safe_file.h"
#include "core/text.h"
#include "envs/task/task_env.h"

namespace sinew {
namespace {

using nlohmann::json;

json parse(const std::string& path) {
  try {
    return json::parse(read_file(path));
  } catch (const json::exception& error) {
    std::string what = error.what();  // "[json.exception.parse_error.101] parse error at line 1, …"
    if (const size_t end = what.find("] "); end != std::string::npos) what.erase(0, end + 2);
    fail("{}: this is not JSON: {}", path, what);
  }
}

// Lists and objects are not printed: they may be long, or nested deeper than the stack allows.
std::string shown(const json& item) { return item.is_structured() ? item.type_name() : shortened(item.dump()); }

// Reads one file; error messages give the position in it.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), root_(parse(path)) {
    if (!root_.is_object()) fail("{}: the file must hold one object, {{\"qpos\", \"qvel\", \"actions\"}}", path_);
    const std::vector<std::string> keys = {"keyframe", "qpos", "qvel", "act", "ctrl", "mpos", "mquat", "actions"};
    for (const auto& [key, value] : root_.items()) {
      if (std::ranges::find(keys, key) == keys.end())
        fail("{}: unknown key '{}'{}", path_, shortened(key), suggestion(key, keys));
      if (key == "keyframe" ? !value.is_string() : !value.is_array())
        fail("{}: '{}' is not a {}", path_, key, key == "keyframe" ? "name" : "list");
    }
    for (const char* key : {"qpos", "qvel", "actions"})
      if (!root_.contains(key) && (!root_.contains("keyframe") || key == std::string("actions")))
        fail("{}: the key '{}' is missing", path_, key);
  }

  // "": no keyframe.
  std::string keyframe() const { return root_.value("keyframe", ""); }
  std::vector<double> numbers(const std::string& key, size_t count, const std::string& whose) const {
    return root_.contains(key) ? numbers(root_[key], key, count, whose) : std::vector<double>();
  }
  std::vector<std::vector<double>> rows(const std::string& key, size_t width, const std::string& whose) const {
    std::vector<std::vector<double>> rows;
    for (const json& row : root_[key])
      rows.push_back(numbers(row, fmt::format("{}[{}]", key, rows.size()), width, whose));
    return rows;
  }

 private:
  std::vector<double> numbers(const json& list, const std::string& name, size_t count, const std::string& whose) const {
    if (!list.is_array()) fail("{}: '{}' is not a list of numbers", path_, name);
    if (list.size() != count) fail("{}: '{}' has {} numbers; {} has {}", path_, name, list.size(), whose, count);
    std::vector<double> values;
    for (const json& item : list) {
      if (!item.is_number() || !std::isfinite(item.get<double>()))
        fail("{}: '{}[{}]' is {}, which is not a finite number", path_, name, values.size(), shown(item));
      values.push_back(item.get<double>());
    }
    return values;
  }

  std::string path_;
  json root_;
};

}  // namespace

ReplayInput read_replay_input(const std::string& path, TaskEnv& task) {
  const Reader reader(path);
  Simulation& sim = task.simulation();
  const std::string its_model = fmt::format("the model of '{}'", task.spec().name);
  const auto numbers = [&](const char* key, std::span<const double> own) {
    return reader.numbers(key, own.size(), its_model);
  };
  const int keyframe = reader.keyframe().empty() ? -1 : with_context(path, [&] {
    return sim.model().find(Model::Element::keyframe, reader.keyframe());
  });
  return {.start = {.keyframe = keyframe,
                    .qpos = numbers("qpos", sim.qpos()),
                    .qvel = numbers("qvel", sim.qvel()),
                    .act = numbers("act", sim.act()),
                    .ctrl = numbers("ctrl", sim.ctrl()),
                    .mpos = numbers("mpos", sim.mocap_pos()),
                    .mquat = numbers("mquat", sim.mocap_quat())},
          .actions = reader.rows("actions", static_cast<size_t>(task.spec().actions.size()),
                                 fmt::format("an action of '{}'", task.spec().name))};
}

}  // namespace sinew
