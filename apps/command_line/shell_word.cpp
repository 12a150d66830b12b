#include "apps/command_line/shell_word.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace sinew {
namespace {

bool is_plain(const std::string& word) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  return !word.empty() && word[0] != '=' && word.find_first_not_of(plain) == std::string::npos;  // zsh expands =name
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::string shell_word(const std::string& word) {
  if (is_plain(word)) return word;
  std::string text;
  if (std::ranges::any_of(word, is_control)) {  // it would steer the terminal, or break the line
    for (const char c : word)
      text += is_control(c)            ? fmt::format("\\{:03o}", static_cast<unsigned>(c))
              : c == '\'' || c == '\\' ? std::string("\\") + c
                                       : std::string(1, c);
    return "$'" + text + "'";
  }
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "'" + text + "'";
}

std::string shell_path(const std::string& path) { return shell_word(path.starts_with('-') ? "./" + path : path); }

std::string sinew_command() {
  const char* typed = std::getenv("SINEW_COMMAND");
  if (typed && *typed) return shell_path(typed);
  std::error_code none;  // a custom program, which has its own layers and terms
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", none);
  return self.empty() || self.filename() == "sinew" ? "./sinew" : shell_path(self.string());
}

}  // namespace sinew
