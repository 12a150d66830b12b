#pragma once
#include <cstdint>
#include <string>
#include <vector>

/// How text meets a person: widths, wrapping, and numbers that are easy to read.
namespace sinew {

bool is_terminal(int fd);
/// Whether a line there may be redrawn, which takes escape codes: on a terminal that is not dumb (TERM), unless the
/// user wants none (NO_COLOR).
bool can_redraw(int fd);
/// Columns of the terminal behind `fd`; 0 when it is not one, so that nothing is wrapped or cut.
int terminal_width(int fd);
/// Breaks lines at spaces so that they fit; a word that is too long stands alone. 0: unchanged.
std::string wrap(const std::string& text, int width);
/// A message as it may be shown: what would steer the terminal (a file can hold anything, and messages quote
/// it) becomes "?", new lines aside; one longer than 4000 bytes is cut.
std::string printable(const std::string& message);
/// Rows of cells in aligned columns, the first `left` ones to the left and the others to the right.
std::string format_table(const std::vector<std::vector<std::string>>& rows, size_t left = 1);

/// 1234567 as "1,234,567".
std::string with_commas(int64_t value);
/// A number as people write it in a table: "5,784", "95.3", "-1.27".
std::string short_number(double value);
/// Seconds as "1:02:03" or "2:03".
std::string clock_time(double seconds);

}  // namespace sinew
