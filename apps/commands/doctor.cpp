// sinew doctor: what this computer offers, and what it means for the user.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "apps/command_line/file_argument.h"
#include "apps/command_line/json_file_internal.h"
#include "apps/command_line/terminal.h"
#include "apps/commands/commands.h"
#include "apps/commands/doctor_checks.h"

namespace sinew {
namespace {

struct Check {
  const char* name;
  Finding (*look)();
};
constexpr Check checks[] = {
    {"cores", check_cores},         {"SIMD", check_simd},           {"memory", check_memory},
    {"real time", check_real_time}, {"rendering", check_rendering}, {"display", check_display},
    {"video", check_video},         {"MuJoCo", check_mujoco},       {"libraries", check_libraries},
    {"ccache", check_ccache},       {"Python", check_python},
};

constexpr int indent = 14;

// Prints the finding's value beside its name, and its meaning below.
void print(const char* name, const Finding& finding, int width) {
  fmt::print("{} {:<{}}{}\n", finding.ok ? "✓" : "!", name, indent - 2, finding.value);
  const std::string margin(indent, ' ');
  std::string text = margin;
  for (const char c : wrap(finding.meaning, width - indent)) text += c == '\n' ? "\n" + margin : std::string(1, c);
  fmt::print("{}\n", text);
  std::fflush(stdout);  // some checks take a while
}

int examine(const std::string& json_path) {
  const int terminal = terminal_width(STDOUT_FILENO);
  const int width = terminal > 40 ? std::min(terminal, 110) : 110;
  auto results = nlohmann::ordered_json::array();
  int warnings = 0;
  for (const Check& check : checks) {
    const Finding finding = check.look();
    print(check.name, finding, width);
    results.push_back(
        {{"name", check.name}, {"ok", finding.ok}, {"value", finding.value}, {"meaning", finding.meaning}});
    warnings += finding.ok ? 0 : 1;
  }
  fmt::print("\n{}\n", warnings == 0 ? "All is well." : "What could be better is marked with !.");
  if (!json_path.empty()) write_json(json_path, {{"checks", results}});
  return 0;
}

}  // namespace

Command::Work declare_doctor(CommandLine& line) {
  auto json = std::make_shared<std::string>();
  line.option("--json", *json, "F", "also write the findings as one JSON object")
      .is_output(json_result("'sinew doctor'", {"checks", "name", "ok"}));
  line.example("sinew doctor");
  return [json] { return examine(*json); };
}

}  // namespace sinew
