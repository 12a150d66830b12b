#pragma once
#include <string>
#include <vector>

/// Selecting names by a word: either a name itself, or a pattern, which is a regular expression (ECMAScript's) that
/// matches whole names: `hip_.*`, `(left|right)_knee`. An exact name takes precedence over any pattern.
namespace sinew {

/// The indices of the names that the word selects, in the order of the names. Throws Error for a word that is neither a
/// name nor a regular expression.
std::vector<size_t> names_meant(const std::string& word, const std::vector<std::string>& names);

/// For a map whose keys are such words: the index of the key that applies to each name; -1: none. An exact name takes
/// precedence over patterns. Throws Error where two patterns match one name.
std::vector<int> key_of_each(const std::vector<std::string>& names, const std::vector<std::string>& keys);

}  // namespace sinew
