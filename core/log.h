#pragma once
#include <fmt/core.h>

#include <string>
#include <string_view>

/// The program's log. Lines go to standard error and, once a run has a folder, to its log.txt with time and level. The
/// results of a command go to standard output instead, by fmt::print.
namespace sinew {

enum class LogLevel { info, warning, error };

void log_line(LogLevel level, std::string_view text);
/// Writes only to the log file, if there is one: for lines that other code prints on the terminal.
void log_line_to_file(LogLevel level, std::string_view text);
/// Also writes to this file from now on ("": stops doing so). Throws Error when it cannot be opened.
void log_to_file(const std::string& path);

template <class... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::warning, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace sinew
