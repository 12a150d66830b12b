#include "core/name_pattern.h"

#include <algorithm>
#include <regex>

#include "core/error.h"
#include "core/text.h"

namespace sinew {
namespace {

constexpr size_t longest_pattern = 500, longest_name = 500;  // bytes; a matcher's memory grows with both

std::regex compile(const std::string& pattern) {
  auto flags = std::regex_constants::ECMAScript;
#ifdef __GLIBCXX__
  flags |= std::regex_constants::__polynomial;  // (a*)*b then takes no exponential time
#endif
  if (pattern.size() > longest_pattern) fail("'{}' is too long for a pattern", shortened(pattern));
  try {
    return std::regex(pattern, flags);
  } catch (const std::regex_error& error) {
    fail("'{}' is neither a name nor a pattern (a regular expression such as hip_.*): {}", shortened(pattern),
         error.what());
  }
}

bool is_pattern(const std::string& word) { return word.find_first_of(".*+?[](){}|^$\\") != std::string::npos; }

}  // namespace

std::vector<size_t> names_meant(const std::string& word, const std::vector<std::string>& names) {
  if (word.empty()) return {};
  if (const auto exact = std::ranges::find(names, word); exact != names.end())
    return {static_cast<size_t>(exact - names.begin())};
  std::vector<size_t> meant;
  if (!is_pattern(word)) return meant;
  const std::regex pattern = compile(word);
  for (size_t i = 0; i < names.size(); ++i)
    if (!names[i].empty() && names[i].size() <= longest_name && std::regex_match(names[i], pattern)) meant.push_back(i);
  return meant;
}

std::vector<int> key_of_each(const std::vector<std::string>& names, const std::vector<std::string>& keys) {
  std::vector<int> key_of(names.size(), -1);
  const auto is_own = [&](size_t name, size_t key) { return names[name] == keys[key]; };
  for (size_t key = 0; key < keys.size(); ++key)
    for (const size_t name : names_meant(keys[key], names)) {
      const bool is_free = key_of[name] < 0;
      const auto before = static_cast<size_t>(std::max(0, key_of[name]));
      if (!is_free && !is_own(name, key) && !is_own(name, before))
        fail("both '{}' and '{}' match '{}'", shortened(keys[before]), shortened(keys[key]), names[name]);
      if (is_free || is_own(name, key)) key_of[name] = static_cast<int>(key);
    }
  return key_of;
}

}  // namespace sinew
