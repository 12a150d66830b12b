#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "apps/command_line/output_kind.h"

namespace sinew {

/// An argument or option of a command, and its role: a number, a word, an input file, an output file, or a folder that
/// the command manages itself. CommandLine collects them so that no output ever destroys an input.
class DeclaredOption {
 public:
  enum class Role { number, word, input, output, folder };
  using Values = std::function<std::vector<std::string>()>;

  /// A number; with `values`, a text: `values` returns what was given once the words are parsed.
  explicit DeclaredOption(std::string name) : name_(std::move(name)) {}
  DeclaredOption(std::string name, Values values)
      : name_(std::move(name)), values_(std::move(values)), role_(Role::word) {}

  /// Called when the option is declared; otherwise a text is a word.
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

/// Throws an Error if an output is, under any name, the same file as an input or another output; and under the
/// conditions of check_output.
void check_outputs(const std::vector<DeclaredOption>& options);

}  // namespace sinew
