#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/command_line/declared_option.h"

// CLI11 takes ten seconds to compile: it stays in command_line.cpp.
namespace CLI {
class App;
}

namespace sinew {

/// The options of one command, declared before they are parsed. Each call names the variable that receives the value;
/// the default is the value already in it. A bound variable must live until the work is done: the function returned by
/// Command::declare usually owns it in a shared_ptr.
class CommandLine {
 public:
  explicit CommandLine(CLI::App& app) : app_(app) {}

  /// A positional argument, in order of declaration. `name` is its name in the help. One that names a file is marked
  /// so:
  ///   line.argument("POLICY", policy, "…").is_input();
  DeclaredOption& argument(const std::string& name, std::string& value, const std::string& help, bool required = true);
  /// The same, for one or more values.
  DeclaredOption& arguments(const std::string& name, std::vector<std::string>& values, const std::string& help);
  /// `flag VALUE`. T: std::string, int, int64_t, uint64_t, double, std::optional of one of these, or
  /// std::vector<std::string> (the option may be repeated). `placeholder` stands for the value in the help. One that
  /// names a file is marked so:
  ///   line.option("--plot", plot, "F.png", "…").is_output(png_picture());
  template <class T>
  DeclaredOption& option(const std::string& flag, T& value, const std::string& placeholder, const std::string& help);
  /// `flag` alone sets value to true.
  void flag(const std::string& flag, bool& value, const std::string& help);
  /// Passes every word unchanged to another program; no other option may be declared.
  void pass_through(std::vector<std::string>& words, const std::string& placeholder);
  /// Shown under "Example:" in the help.
  void example(const std::string& command);

  /// The vector that receives pass_through's words; null if it was not called.
  std::vector<std::string>* rest() const { return rest_; }
  /// The options declared so far, except flags.
  const std::vector<DeclaredOption>& declared() const { return declared_; }

 private:
  CLI::App& app_;
  std::vector<DeclaredOption> declared_;
  std::vector<std::string>* rest_ = nullptr;
};

/// A row of a program's table of subcommands.
struct Command {
  using Work = std::function<int()>;  // returns the exit code
  std::string name;
  std::string help;  // one line
  /// Declares the options and returns the function to run once they are parsed.
  std::function<Work(CommandLine&)> declare;
};

/// The options of a command, without running it; their values are empty.
std::vector<DeclaredOption> options_of(const Command& command);

struct Program {
  std::string name;
  std::string summary;  // one line
  std::vector<Command> commands;
  std::function<std::string()> version;  // the lines that --version prints
};

/// Parses the command line and does the work; returns the exit code. An Error is printed on standard error as one
/// paragraph, "name: text", and returns 2 when the user's input is at fault, 1 otherwise; any other exception returns
/// 1. The error for an unknown subcommand or flag names the nearest known one.
int run_program(int argc, char** argv, const Program& program);

}  // namespace sinew
