#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "apps/command_line/output_kind.h"

namespace sinew {

/// What a command takes, and what that is: a number, a word, a file that is read, one that is written, or a folder that
/// the command keeps in order itself. CommandLine collects them, so that no output ever destroys an input.
class DeclaredOption {
 public:
  enum class Role { number, word, input, output, folder };
  using Values = std::function<std::vector<std::string>()>;

  /// A number; with `values`, what it was given once the words are parsed, a text.
  explicit DeclaredOption(std::string name) : name_(std::move(name)) {}
  DeclaredOption(std::string name, Values values)
      : name_(std::move(name)), values_(std::move(values)), role_(Role::word) {}

  /// Said when the option is declared; else a text is a word.
  void is_input() { role_ = Role::input; }
  void is_folder() { role_ = Role::folder; }
  void is_output(OutputKind kind) {
    role_ = Role::output;
    kind_ = std::move(kind);
  }

  const std::string& name() const { return name_; }  // "--json", or what the help calls an argument
  Role role() const { return role_; }
  const OutputKind& kind() const { return kind_; }
  std::vector<std::string> values() const { return values_ ? values_() : std::vector<std::string>{}; }
  void forget_values() { values_ = nullptr; }

 private:
  std::string name_;
  Values values_;
  Role role_ = Role::number;
  OutputKind kind_;
};

/// Throws an Error where an output is, by whatever name, a file that is read or another output, and as check_output
/// does.
void check_outputs(const std::vector<DeclaredOption>& options);

}  // namespace sinew
