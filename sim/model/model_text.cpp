#include <fmt/core.h>

#include <string>
#include <string_view>

#include "sim/model/compile_in_child_internal.h"

namespace sinew {
namespace {

// The position of the last character of the tag, comment or instruction that begins at `begin`.
size_t end_of_tag(const std::string& text, size_t begin) {
  if (text.compare(begin, 4, "<!--") == 0) return text.find("-->", begin);
  char quote = 0;
  for (size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && c == '>') return i;
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
  }
  return std::string::npos;
}

}  // namespace

std::string why_no_model_text(const std::string& text) {
  constexpr int most_levels = 200;  // MuJoCo reads recursively; somewhat deeper its stack overflows
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.find('\0') != std::string::npos) return "it contains zero bytes, so it is not an XML file";
  const size_t start =
      text.find_first_not_of(" \t\r\n", text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
  if (start == std::string::npos || text[start] != '<') return "it is not an XML file: it does not begin with '<'";
  int level = 0;
  for (size_t begin = start, end; begin < text.size(); begin = text.find('<', end)) {
    end = end_of_tag(text, begin);
    if (end == std::string::npos) break;  // MuJoCo reports the mistake
    if (text[begin + 1] == '/')
      --level;
    else if (text[begin + 1] != '!' && text[begin + 1] != '?' && text[end - 1] != '/')
      ++level;
    if (level > most_levels) return fmt::format("its elements are nested more than {} deep", most_levels);
  }
  return "";
}

}  // namespace sinew
