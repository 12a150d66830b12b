#pragma once
#include <vector>

#include "envs/task_registry.h"

/// What a parameter such as `joints` names: the word `all`, or a list of names.
namespace sinew {

/// All elements where `names` is `all`. An Error for a name that is not in the model, for one that is
/// there twice, and where nothing is left to choose.
std::vector<int> choose(Model::Element element, const ConfigNode& names, const TermSource& source);

/// Hinges and slides, the joints of one number; `all` passes over the others, which no list may name.
std::vector<int> choose_joints(const ConfigNode& names, const TermSource& source);

/// One number for each of `count`: the node holds one for all of them, or a list.
std::vector<double> one_each(const ConfigNode& node, size_t count, const Range& range = {});

}  // namespace sinew
