#pragma once
#include <fmt/core.h>

#include <string>
#include <string_view>

/// What the program says while it works. Lines go to standard error and, once a run has a folder,
/// to its log.txt with time and level. Results that a command was asked for go to standard output
/// instead, by fmt::print.
namespace sinew {

enum class LogLevel { info, warning, error };

void log_line(LogLevel level, std::string_view text);
/// To the log file alone, where there is one: what the terminal hears from another.
void log_line_to_file(LogLevel level, std::string_view text);
/// Also writes to this file from now on ("": no longer). Throws Error when it cannot be opened.
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
