#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/model/model.h"

/// What `sinew inspect` says of a model: tables, the same facts as JSON, and advice.
namespace sinew {

/// The text as one line of UTF-8, whatever a model calls its parts.
std::string readable(std::string text);
/// What a task calls the element, readable, or "(joint 3)" for one that has none.
std::string display_name(const Model& model, Model::Element element, int index);

/// Tables for people: a line an element, at most `most_rows` a table.
std::string model_report(const Model& model, size_t most_rows = 40);

/// The same facts, all of them: {"model", "joints": [{"name", "type", "range", …}], …}. Angles in rad.
nlohmann::ordered_json model_facts(const Model& model);

/// What whoever writes a task must know, a sentence or two each; the gravest first.
std::vector<std::string> model_advice(const Model& model);

/// "shoulder, elbow and 3 more".
std::string name_some(const std::vector<std::string>& names, size_t most = 6);

}  // namespace sinew
