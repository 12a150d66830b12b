#pragma once
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/model.h"

/// What `sinew inspect` says of a model: tables, the same facts as JSON, and advice.
namespace sinew {

/// A model and what its file is, which MuJoCo forgets.
struct InspectedModel {
  std::shared_ptr<const Model> model;
  bool urdf = false;
};

/// The text as one line of UTF-8, whatever a model calls its parts.
std::string readable(std::string text);
/// The element's readable name, or "(joint 3)" for one that has none.
std::string display_name(const Model& model, Model::Element element, int index);

/// Tables for people: a line an element, at most `most_rows` a table.
std::string model_report(const InspectedModel& inspected, size_t most_rows = 40);

/// The same facts, all of them: {"model", "joints": [{"name", "type", "range", …}], …}. Angles in rad.
nlohmann::ordered_json model_facts(const InspectedModel& inspected);

/// What whoever writes a task must know, a sentence or two each; the gravest first.
std::vector<std::string> model_advice(const InspectedModel& inspected);

/// "shoulder, elbow and 3 more".
std::string name_some(const std::vector<std::string>& names, size_t most = 6);

}  // namespace sinew
