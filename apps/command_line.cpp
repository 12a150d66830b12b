#include "apps/command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>

#include "apps/terminal.h"
#include "core/error.h"
#include "core/text.h"

namespace sinew {

void CommandLine::argument(const std::string& name, std::string& value, const std::string& help, bool required) {
  app_.add_option(name, value, help)->required(required)->option_text(" ");
}

void CommandLine::arguments(const std::string& name, std::vector<std::string>& values, const std::string& help) {
  app_.add_option(name, values, help)->required()->option_text("...");
}

template <class T>
void CommandLine::option(const std::string& flag, T& value, const std::string& placeholder, const std::string& help) {
  CLI::Option* option = app_.add_option(flag, value, help)->option_text(placeholder);
  if constexpr (std::is_same_v<T, std::vector<std::string>>) option->expected(1)->take_all()->allow_extra_args(false);
}

template void CommandLine::option(const std::string&, std::string&, const std::string&, const std::string&);
template void CommandLine::option(const std::string&, int&, const std::string&, const std::string&);
template void CommandLine::option(const std::string&, int64_t&, const std::string&, const std::string&);
template void CommandLine::option(const std::string&, uint64_t&, const std::string&, const std::string&);
template void CommandLine::option(const std::string&, double&, const std::string&, const std::string&);
template void CommandLine::option(const std::string&, std::vector<std::string>&, const std::string&,
                                  const std::string&);
template void CommandLine::option(const std::string&, std::optional<std::string>&, const std::string&,
                                  const std::string&);
template void CommandLine::option(const std::string&, std::optional<int>&, const std::string&, const std::string&);
template void CommandLine::option(const std::string&, std::optional<int64_t>&, const std::string&, const std::string&);
template void CommandLine::option(const std::string&, std::optional<uint64_t>&, const std::string&, const std::string&);
template void CommandLine::option(const std::string&, std::optional<double>&, const std::string&, const std::string&);

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

std::string overview(const Program& program) {
  std::string text = fmt::format("{}\n\nUsage: {} COMMAND [OPTIONS]\n\nCommands:\n", program.summary, program.name);
  for (const Command& command : program.commands) text += fmt::format("  {:<10}{}\n", command.name, command.help);
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

// A word that nobody declared: a misspelt flag, or one argument too many.
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

void parse(CLI::App& app, std::vector<std::string> words) {
  app.allow_extras();
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    refuse_extras(app);  // the likelier cause of whatever went wrong
    throw Error(error.what());
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
  return work();
}

int dispatch(const Program& program, const std::vector<std::string>& words) {
  if (words.empty()) {
    fmt::print(stderr, "{}", overview(program));
    return 2;
  }
  if (is_help(words[0])) {
    fmt::print("{}", overview(program));
    return 0;
  }
  if (words[0] == "--version") {
    fmt::print("{}\n", program.version());
    return 0;
  }
  return run_command(program, find_command(program, words[0]), {words.begin() + 1, words.end()});
}

void print_error(const Program& program, const std::string& text) {
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", wrap(fmt::format("{}: {}", program.name, printable(text)), terminal_width(STDERR_FILENO)));
}

}  // namespace

int run_program(int argc, char** argv, const Program& program) {
  try {
    return dispatch(program, {argv + std::min(argc, 1), argv + argc});
  } catch (const Error& error) {
    print_error(program, error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    print_error(program, error.what());
    return 1;
  }
}

}  // namespace sinew
