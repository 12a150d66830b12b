#include "apps/command_line/declared_option.h"

#include <filesystem>

#include "core/error.h"
#include "core/file_name.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// Follows symbolic and hard links; for files that do not exist yet, compares their resolved names.
bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code code;
  const fs::file_status status = fs::status(a, code);
  if (fs::exists(status) && !fs::is_regular_file(status)) return false;  // output written to /dev/stdout is not lost
  if (fs::equivalent(a, b, code) && !code) return true;
  const fs::path first = fs::weakly_canonical(a, code), second = fs::weakly_canonical(b, code);
  return !first.empty() && first == second;
}

void check_against(const DeclaredOption& output, const std::string& path, const std::vector<DeclaredOption>& options) {
  for (const DeclaredOption& other : options) {
    if (&other == &output || other.role() == DeclaredOption::Role::word) continue;
    for (const std::string& name : other.values())
      if (is_same_file(path, name))
        fail("{} '{}' is the file that {} names{}: it would be lost; choose another name", output.name(), path,
             other.name(), name == path ? "" : fmt::format(", '{}'", name));
  }
}

}  // namespace

void check_outputs(const std::vector<DeclaredOption>& options) {
  for (const DeclaredOption& option : options) {
    if (option.role() != DeclaredOption::Role::output && option.role() != DeclaredOption::Role::folder) continue;
    for (const std::string& path : option.values()) with_context(option.name(), [&] { refuse_tilde(path); });
  }
  for (const DeclaredOption& option : options) {
    if (option.role() != DeclaredOption::Role::output) continue;
    for (const std::string& path : option.values()) {
      check_against(option, path, options);
      with_context(option.name(), [&] { check_output(path, option.kind()); });
    }
  }
}

}  // namespace sinew
