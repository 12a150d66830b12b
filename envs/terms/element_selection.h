#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "envs/terms/task_registry.h"

/// The elements that a parameter such as `joints` selects: the word `all`, a name, a pattern, or a list of names and
/// patterns.
///
/// A pattern is a regular expression (ECMAScript's) that matches whole names: `hip_.*`, `(left|right)_knee`. An exact
/// name takes precedence over any pattern. A pattern selects its elements in the model's order, except those already in
/// the list.
namespace sinew {

/// Why an element cannot be chosen, or "" if it can. Choosing such an element by its exact name is an Error; `all` and
/// patterns skip it.
using WhyNot = std::function<std::string(int index)>;

/// Throws an Error for a name that is not in the model, a pattern that matches nothing, a name that is given twice, and
/// where nothing is left to choose.
std::vector<int> select_elements(Model::Element element, const ConfigNode& names, const TermSource& source,
                                 const WhyNot& why_not = {});

/// Chooses hinges and slides, the joints with one number.
std::vector<int> select_joints(const ConfigNode& names, const TermSource& source, const WhyNot& why_not = {});

/// Whether a parameter selects nothing: it is absent, or an empty list.
bool names_nothing(const ConfigNode& names);

/// The elements that one word selects, in the model's order; empty where it is no name and matches nothing.
std::vector<int> elements_named(Model::Element element, const std::string& word, const Model& model);

/// For a map such as {knee: 0.3, ".*_hip": 0.1}: each joint with one number that a key selects, and that key's index,
/// in the order of the keys. Throws Error for a key that selects none, and where two patterns select one joint.
std::vector<std::pair<int, size_t>> joints_of_keys(const std::vector<std::string>& keys, const Model& model);

/// One number for each of `count`: the node holds either a single number for all, or a list.
std::vector<double> one_each(const ConfigNode& node, size_t count, const Range& range = {});

}  // namespace sinew
