#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/model/model.h"

/// The output of `sinew inspect` for a model: tables, the same facts as JSON, and advice.
namespace sinew {

/// The text as one line of valid UTF-8, whatever names the model uses.
std::string readable(std::string text);
/// The element's name in a task, made readable, or "(joint 3)" for an unnamed element.
std::string display_name(const Model& model, Model::Element element, int index);

/// Readable tables: one line per element, at most `most_rows` per table.
std::string model_report(const Model& model, size_t most_rows = 40);

/// The same facts in full: {"model", "joints": [{"name", "type", "range", …}], …}. Angles in rad.
nlohmann::ordered_json model_facts(const Model& model);

/// Advice for the author of a task, one or two sentences each; the most serious first.
std::vector<std::string> model_advice(const Model& model);

/// "shoulder, elbow and 3 more".
std::string name_some(const std::vector<std::string>& names, size_t most = 6);

}  // namespace sinew
