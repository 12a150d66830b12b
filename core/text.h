#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace sinew {

/// The candidate with the smallest edit distance to `word`, or "" when none is near enough to be
/// a likely slip (more than a third of the word's letters differ).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" or, where nothing is near, "; known: a, b, c".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// The text, or its beginning and "…" where it is longer than `most` bytes. A character is not cut in two.
std::string truncated(std::string_view text, size_t most);

/// The same in one line, for messages about what a file has.
std::string shortened(std::string_view text, size_t most = 100);

/// Whether these bytes are well-formed UTF-8.
bool is_utf8(std::string_view text);

/// "a, b, c".
std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace sinew
