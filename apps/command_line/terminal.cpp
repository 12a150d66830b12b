#include "apps/command_line/terminal.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "core/text.h"

namespace sinew {
namespace {

std::string wrap_line(const std::string& line, size_t width) {
  std::istringstream words(line);
  std::string text, word;
  size_t column = 0;
  while (words >> word) {
    if (column > 0 && column + 1 + word.size() > width) {
      text += '\n';
      column = 0;
    } else if (column > 0) {
      text += ' ';
      ++column;
    }
    text += word;
    column += word.size();
  }
  return text;
}

// Characters of UTF-8: every byte except continuation bytes.
size_t letters(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

bool can_redraw(int fd) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  return is_terminal(fd) && variable("TERM") != "" && variable("TERM") != "dumb" && variable("NO_COLOR") == "";
}

int terminal_width(int fd) {
  if (!is_terminal(fd)) return 0;
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string wrap(const std::string& text, int width) {
  if (width <= 0) return text;
  std::istringstream lines(text);
  std::string wrapped, line;
  while (std::getline(lines, line)) {
    if (!wrapped.empty()) wrapped += '\n';
    wrapped += line.size() <= static_cast<size_t>(width) ? line : wrap_line(line, static_cast<size_t>(width));
  }
  return wrapped;
}

std::string printable(const std::string& message) { return truncated(visible(message), 4000); }

std::string format_table(const std::vector<std::vector<std::string>>& rows, size_t left) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], letters(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - letters(row[i]), ' ');
      text += "  " + (i < left ? row[i] + space : space + row[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);  // left-aligned cells may be padded
    text += '\n';
  }
  return text;
}

std::string with_commas(int64_t value) {
  std::string digits = std::to_string(value);
  for (ptrdiff_t i = static_cast<ptrdiff_t>(digits.size()) - 3; i > (value < 0 ? 1 : 0); i -= 3)
    digits.insert(static_cast<size_t>(i), ",");
  return digits;
}

std::string short_number(double value) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  if (std::abs(value) >= 999.95) return with_commas(std::llround(value));
  return fmt::format("{:.{}f}", value, std::abs(value) >= 9.995 ? 1 : 2);
}

std::string clock_time(double seconds) {
  if (!(seconds >= 0) || seconds > 1e9) return "-:--";
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  const int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60)
                   : fmt::format("{}:{:02}", minutes, whole % 60);
}

}  // namespace sinew
