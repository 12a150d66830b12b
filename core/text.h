#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace sinew {

/// The one mechanism behind every "did you mean": the candidate that `word` is a likely slip of, or "". The exact name
/// counts; capitals and the order of words do not; a number is no slip of another; of one letter, nothing is said.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" or, where nothing is near, "; known: a, b, c".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// The text, or its beginning and "…" where it is longer than `most` bytes. A character is not cut in two.
std::string truncated(std::string_view text, size_t most);

/// The same in one line, for messages about what a file or a peer has: always well-formed UTF-8, for other bytes and
/// control characters become "\xff", "\x1b".
std::string shortened(std::string_view text, size_t most = 100);

/// The whole text in one line, with nothing that steers a terminal: line breaks become "\n", other control characters
/// and bytes that are no UTF-8 "\t", "\x1b", "\u202e". So is every message, whatever a name or a path in it has.
std::string visible(std::string_view text);

/// Whether these bytes are well-formed UTF-8.
bool is_utf8(std::string_view text);

/// "a, b, c".
std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace sinew
