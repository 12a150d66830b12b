#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "envs/terms/task_registry.h"

/// What a parameter such as `joints` names: the word `all`, a name, a pattern, or a list of names and patterns.
///
/// A pattern is a regular expression (ECMAScript's) that matches whole names: `hip_.*`, `(left|right)_knee`. An element
/// of exactly that name comes before any pattern. A pattern stands for its elements in the model's order, without those
/// that the list has already.
namespace sinew {

/// Why an element cannot be chosen, "" where it can. Named by its own name, that is an Error; `all` and patterns pass
/// over it.
using WhyNot = std::function<std::string(int index)>;

/// An Error for a name that is not in the model, a pattern that matches nothing, a name that is there twice, and where
/// nothing is left to choose.
std::vector<int> choose(Model::Element element, const ConfigNode& names, const TermSource& source,
                        const WhyNot& why_not = {});

/// Hinges and slides, the joints of one number.
std::vector<int> choose_joints(const ConfigNode& names, const TermSource& source, const WhyNot& why_not = {});

/// Whether a parameter names nothing: it is absent, or an empty list.
bool names_nothing(const ConfigNode& names);

/// The elements that one word means, in the model's order; none where there is no such name and it matches nothing.
std::vector<int> elements_named(Model::Element element, const std::string& word, const Model& model);

/// Of a map such as {knee: 0.3, ".*_hip": 0.1}: each joint of one number that a key means and that key's index, in
/// the order of the keys. Throws Error for a key that means none, and where two patterns mean one joint.
std::vector<std::pair<int, size_t>> joints_of_keys(const std::vector<std::string>& keys, const Model& model);

/// One number for each of `count`: the node holds one for all of them, or a list.
std::vector<double> one_each(const ConfigNode& node, size_t count, const Range& range = {});

}  // namespace sinew
