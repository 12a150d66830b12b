#pragma once
#include <cstdint>
#include <string>
#include <vector>

/// Text for the terminal: widths, wrapping, and readable numbers.
namespace sinew {

bool is_terminal(int fd);
/// Whether a line on `fd` may be redrawn with escape codes: on a terminal that is not dumb (TERM), unless the user
/// disabled them (NO_COLOR).
bool can_redraw(int fd);
/// Columns of the terminal behind `fd`; 0 if it is not a terminal, so that nothing is wrapped or cut.
int terminal_width(int fd);
/// Breaks lines at spaces so that they fit; a word that is too long gets a line of its own. 0: unchanged.
std::string wrap(const std::string& text, int width);
/// A message made safe to print. Control characters except newlines become "?", because messages quote files, which can
/// hold anything, and control characters would steer the terminal. A message longer than 4000 bytes is cut.
std::string printable(const std::string& message);
/// Rows of cells in aligned columns: the first `left` columns left-aligned, the others right-aligned.
std::string format_table(const std::vector<std::vector<std::string>>& rows, size_t left = 1);

/// 1234567 as "1,234,567".
std::string with_commas(int64_t value);
/// A number in readable form for a table: "5,784", "95.3", "-1.27".
std::string short_number(double value);
/// Seconds as "1:02:03" or "2:03".
std::string clock_time(double seconds);

}  // namespace sinew
