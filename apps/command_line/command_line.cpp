#include "apps/command_line/command_line.h"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <new>
#include <optional>

#include "apps/command_line/terminal.h"
#include "core/error.h"
#include "core/text.h"

namespace sinew {

namespace {

// The values of an option that takes one or several texts; empty if none was given.
DeclaredOption::Values texts_of(const std::string& value) {
  return [&value] { return value.empty() ? std::vector<std::string>{} : std::vector{value}; };
}
DeclaredOption::Values texts_of(const std::optional<std::string>& value) {
  return [&value] { return value ? std::vector{*value} : std::vector<std::string>{}; };
}
DeclaredOption::Values texts_of(const std::vector<std::string>& values) {
  return [&values] { return values; };
}

}  // namespace

DeclaredOption& CommandLine::argument(const std::string& name, std::string& value, const std::string& help,
                                      bool required) {
  app_.add_option(name, value, help)->required(required)->option_text(" ");
  return declared_.emplace_back(name, texts_of(value));
}

DeclaredOption& CommandLine::arguments(const std::string& name, std::vector<std::string>& values,
                                       const std::string& help) {
  app_.add_option(name, values, help)->required()->option_text("...");
  return declared_.emplace_back(name, texts_of(values));
}

namespace {

// Parses the text after a flag. CLI11 would clamp a number beyond the type's range and accept "" as no value.
template <class T>
void read_value(const std::string& flag, const std::string& text, T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    value = text;
  } else {
    if (std::is_unsigned_v<T> && text.starts_with('-')) fail("{} {}: it must be 0 or more", flag, shortened(text));
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc::result_out_of_range) fail("{} {}: the number is too large", flag, shortened(text));
    bool good = error == std::errc{} && stop == end;
    if constexpr (std::is_floating_point_v<T>) good = good && std::isfinite(value);
    if (!good)
      fail("{} {}: a {} is expected", flag, shortened(text), std::is_integral_v<T> ? "whole number" : "number");
  }
}
template <class T>
void read_value(const std::string& flag, const std::string& text, std::optional<T>& value) {
  read_value(flag, text, value.emplace());
}

}  // namespace

template <class T>
DeclaredOption& CommandLine::option(const std::string& flag, T& value, const std::string& placeholder,
                                    const std::string& help) {
  constexpr bool repeats = std::is_same_v<T, std::vector<std::string>>;
  const CLI::callback_t take = [flag, &value](const CLI::results_t& words) {
    for (const std::string& word : words)
      if (word.empty()) fail("{} is given nothing: its value is empty", flag);
    if constexpr (repeats) {
      value = words;
    } else {
      if (words.size() > 1) fail("{} is given {} times", flag, words.size());
      read_value(flag, words.at(0), value);
    }
    return true;
  };
  app_.add_option(flag, take, help)->option_text(placeholder)->expected(1)->take_all()->allow_extra_args(false);
  if constexpr (requires { texts_of(value); })
    return declared_.emplace_back(flag, texts_of(value));
  else
    return declared_.emplace_back(flag);
}

template DeclaredOption& CommandLine::option(const std::string&, std::string&, const std::string&, const std::string&);
template DeclaredOption& CommandLine::option(const std::string&, int&, const std::string&, const std::string&);
template DeclaredOption& CommandLine::option(const std::string&, int64_t&, const std::string&, const std::string&);
template DeclaredOption& CommandLine::option(const std::string&, uint64_t&, const std::string&, const std::string&);
template DeclaredOption& CommandLine::option(const std::string&, double&, const std::string&, const std::string&);
template DeclaredOption& CommandLine::option(const std::string&, std::vector<std::string>&, const std::string&,
                                             const std::string&);
template DeclaredOption& CommandLine::option(const std::string&, std::optional<std::string>&, const std::string&,
                                             const std::string&);
template DeclaredOption& CommandLine::option(const std::string&, std::optional<int>&, const std::string&,
                                             const std::string&);
template DeclaredOption& CommandLine::option(const std::string&, std::optional<int64_t>&, const std::string&,
                                             const std::string&);
template DeclaredOption& CommandLine::option(const std::string&, std::optional<uint64_t>&, const std::string&,
                                             const std::string&);
template DeclaredOption& CommandLine::option(const std::string&, std::optional<double>&, const std::string&,
                                             const std::string&);

void CommandLine::flag(const std::string& flag, bool& value, const std::string& help) {
  app_.add_flag(flag, value, help);
}

void CommandLine::pass_through(std::vector<std::string>& words, const std::string& placeholder) {
  rest_ = &words;
  app_.add_option(placeholder, words)->option_text("...");
}

void CommandLine::example(const std::string& command) { app_.footer("Example:\n  " + command); }

namespace {

bool is_help(const std::string& word) { return word == "--help" || word == "-h"; }
// Also accepts 'sinew help train'.
bool is_help_command(const std::string& word) { return is_help(word) || word == "help"; }

std::string overview(const Program& program) {
  std::string text = fmt::format("{}\n\nUsage: {} COMMAND [OPTIONS]\n\nCommands:\n", program.summary, program.name);
  for (const Command& command : program.commands) text += fmt::format("  {:<12}{}\n", command.name, command.help);
  return text + fmt::format("\n'{} COMMAND --help' shows a command's options, '{} --version' what is installed.\n",
                            program.name, program.name);
}

const Command& find_command(const Program& program, const std::string& name) {
  std::vector<std::string> known;
  for (const Command& command : program.commands) {
    if (command.name == name) return command;
    known.push_back(command.name);
  }
  if (!name.starts_with("-")) fail("unknown command '{}'{}", name, suggestion(name, known));
  fail("unknown option '{}'{}", name, suggestion(name, {"--help", "--version"}));
}

// Refuses an undeclared word: a misspelt flag, or one argument too many.
void refuse_extras(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining();
  if (extras.empty()) return;
  const std::string word = extras[0].substr(0, extras[0].find('='));
  if (!word.starts_with("-")) fail("unexpected argument '{}'", word);
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  fail("unknown option '{}'{}", word, suggestion(word, known));
}

// Rewrites CLI11's message about a user error in our words.
std::string plainly(const CLI::ParseError& error) {
  const std::string text = error.what();
  if (error.get_name() == "ArgumentMismatch") return text.substr(0, text.find(": ")) + " needs a value";
  if (const size_t place = text.find(": --"); error.get_name() == "ConversionError" && place != std::string::npos)
    return text.substr(place + 2, text.find(" = ") - place - 2) + " takes no value";
  return text;
}

// CLI11 would take the next word as the value of "--run=", which a shell produces from an empty variable.
void refuse_empty_values(const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (word.starts_with("--") && word.find('=') == word.size() - 1)
      fail("{} needs a value", word.substr(0, word.size() - 1));
}

void parse(CLI::App& app, std::vector<std::string> words) {
  refuse_empty_values(words);
  app.allow_extras();
  std::reverse(words.begin(), words.end());  // CLI11 reads them from the back
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    refuse_extras(app);  // the more likely cause of the error
    throw Error(plainly(error));
  }
  refuse_extras(app);
}

int run_command(const Program& program, const Command& command, const std::vector<std::string>& words) {
  CLI::App app(command.help);
  app.name(program.name + " " + command.name);
  app.set_help_flag("-h,--help", "show this");
  app.get_formatter()->column_width(28);
  CommandLine line(app);
  const Command::Work work = command.declare(line);
  const bool asks_help =
      line.rest() ? !words.empty() && is_help(words[0]) : std::any_of(words.begin(), words.end(), is_help);
  if (asks_help) {
    fmt::print("{}", app.help());
    return 0;
  }
  if (line.rest())
    *line.rest() = words;
  else
    with_context(command.name, [&] {
      try {
        parse(app, words);
      } catch (const Error& error) {
        throw Error(fmt::format("{} (see '{} {} --help')", error.what(), program.name, command.name));
      }
    });
  check_outputs(line.declared());
  return work();
}

int dispatch(const Program& program, const std::vector<std::string>& words) {
  if (words.empty()) {
    const std::string text = overview(program);
    std::fwrite(text.data(), 1, text.size(), stderr);
    return 2;
  }
  if (words[0] == "help" && words.size() > 1) return run_command(program, find_command(program, words[1]), {"--help"});
  if (is_help_command(words[0])) {
    fmt::print("{}", overview(program));
    return 0;
  }
  if (words[0] == "--version") {
    fmt::print("{}\n", program.version());
    return 0;
  }
  return run_command(program, find_command(program, words[0]), {words.begin() + 1, words.end()});
}

// Does not throw: it is the last resort.
void print_error(const Program& program, const std::string& text) {
  std::fflush(stdout);
  const std::string lines =
      wrap(fmt::format("{}: {}", program.name, printable(text)), terminal_width(STDERR_FILENO)) + "\n";
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

// Converts a standard library exception to an Error.
Error readable(const std::exception& error) {
  if (const auto* files = dynamic_cast<const std::filesystem::filesystem_error*>(&error)) try {
      fail_errno(fmt::format("cannot reach '{}'", shortened(files->path1().string(), 300)), files->code().value());
    } catch (const Error& own) {
      return own;
    }
  if (dynamic_cast<const std::bad_alloc*>(&error)) return Error("out of memory", Error::Fault::system);
  return Error(error.what(), Error::Fault::system);
}

// If standard input, output or error is closed, the next file that is opened would take its place and receive printed
// lines.
void fill_standard_streams() {
  int fd = 0;
  do fd = ::open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) ::close(fd);
}

// Checks that the output was written; a full disk may show only now.
void finish_output() {
  if (std::fflush(stdout) != 0) fail_errno("cannot write the output", errno);
}

}  // namespace

std::vector<DeclaredOption> options_of(const Command& command) {
  CLI::App app;
  CommandLine line(app);
  command.declare(line);
  std::vector<DeclaredOption> options = line.declared();
  for (DeclaredOption& option : options) option.forget_values();  // they were destroyed with the command's work
  return options;
}

int run_program(int argc, char** argv, const Program& program) {
  fill_standard_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its size limit is a reported error, like a full disk
  try {
    const int code = dispatch(program, {argv + std::min(argc, 1), argv + argc});
    finish_output();
    return code;
  } catch (const Error& error) {
    print_error(program, error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    const Error own = readable(error);
    print_error(program, own.what());
    return own.exit_code();
  }
}

}  // namespace sinew
