#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace sinew {

/// The one mechanism behind every "did you mean": the candidate that `word` is a likely typo of, or "". The exact name
/// counts; case and word order do not; a number is no typo of another number; a single letter gets no suggestion.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" or, if no candidate is near, "; known: a, b, c".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// The text or, if it is longer than `most` bytes, its beginning and "…". Characters are not cut in two.
std::string truncated(std::string_view text, size_t most);

/// Like truncated(), in one line, for messages that quote a file or a peer. The result is always well-formed UTF-8:
/// other bytes and control characters become "\xff", "\x1b".
std::string shortened(std::string_view text, size_t most = 100);

/// The whole text in one line, without anything that steers a terminal: line breaks become "\n", other control
/// characters and bytes that are not UTF-8 become "\t", "\x1b", "\u202e". Every message has this form, whatever names
/// or paths it quotes.
std::string visible(std::string_view text);

/// Whether these bytes are well-formed UTF-8.
bool is_utf8(std::string_view text);

/// "a, b, c".
std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace sinew
