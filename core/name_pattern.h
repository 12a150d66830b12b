#pragma once
#include <string>
#include <vector>

/// Names that are meant by other words: a name itself, or a pattern, which is a regular expression (ECMAScript's) that
/// matches whole names: `hip_.*`, `(left|right)_knee`. The exact name comes before any pattern.
namespace sinew {

/// Which of the names the word means, in their order. Throws Error on a word that is neither a name nor a regular
/// expression.
std::vector<size_t> names_meant(const std::string& word, const std::vector<std::string>& names);

/// Of a map whose keys are such words: the key that holds for each name; -1: none. A name of its own comes before
/// patterns. Throws Error where two patterns match one name.
std::vector<int> key_of_each(const std::vector<std::string>& names, const std::vector<std::string>& keys);

}  // namespace sinew
