#include "core/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>

namespace sinew {
namespace {

struct Character {
  size_t length = 0;  // bytes; 0: not well-formed UTF-8
  uint32_t code = 0;
};

// The first character of a text.
Character character_of(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t length = first < 0x80   ? 1
                        : first < 0xc2 ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                        : first < 0xf5 ? 4
                                       : 0;
  if (length == 0 || length > text.size()) return {};
  uint32_t code = length == 1 ? first : first & (0xff >> (length + 1));
  for (size_t k = 1; k < length; ++k) {
    const auto next = static_cast<unsigned char>(text[k]);
    if ((next & 0xc0) != 0x80) return {};
    code = code << 6 | (next & 0x3f);
  }
  // An overlong encoding, a half of a surrogate pair, or past the last code.
  const bool is_wrong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000) ||
                        (code >= 0xd800 && code < 0xe000) || code > 0x10ffff;
  return is_wrong ? Character{} : Character{length, code};
}

// Whether it breaks a line, steers a terminal, or changes the direction of the text after it.
bool is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

// The byte, or the control character, as an escape sequence of C++.
std::string escaped(unsigned char byte, Character character) {
  switch (byte) {
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return character.length > 1 ? fmt::format("\\u{:04x}", character.code) : fmt::format("\\x{:02x}", byte);
  }
}

}  // namespace

std::string truncated(std::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return std::string(text.substr(0, most)) + "…";
}

std::string visible(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const Character character = character_of(text);
    if (character.length == 0 || is_control(character.code))
      line += escaped(static_cast<unsigned char>(text[0]), character);
    else
      line += text.substr(0, character.length);
    text.remove_prefix(std::max<size_t>(character.length, 1));
  }
  return line;
}

std::string shortened(std::string_view text, size_t most) { return visible(truncated(text, most)); }

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = character_of(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

}  // namespace sinew
