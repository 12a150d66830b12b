#include "apps/commands/page_text.h"

#include <algorithm>

#include "apps/command_line/terminal.h"

namespace sinew {

std::string indented(const std::string& text, size_t indent, int width) {
  const std::string margin(indent, ' ');
  std::string out = margin;
  const int room = width > 0 ? std::max(20, width - static_cast<int>(indent)) : 0;
  for (const char c : wrap(text, room)) out += c == '\n' ? "\n" + margin : std::string(1, c);
  return out + "\n";
}

std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string parameter_text(const ParameterDoc& parameter) {
  std::string text = parameter.name + (parameter.value.empty() ? ", needed" : " = " + parameter.value);
  if (!parameter.range.empty()) text += fmt::format(" ({})", parameter.range);
  return text;
}

}  // namespace sinew
