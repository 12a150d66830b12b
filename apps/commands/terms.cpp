// sinew terms: the vocabulary of a task's YAML.
#include <fmt/core.h>
#include <unistd.h>

#include <memory>

#include "apps/command_line/terminal.h"
#include "apps/commands/commands.h"
#include "apps/commands/terms_page.h"

namespace sinew {
namespace {

struct TermsOptions {
  std::string kind;
  bool markdown = false;
};

int print_terms(const TermsOptions& options, const Registry& registry) {
  std::vector<TermKind> kinds = list_terms(registry.tasks);
  if (!options.kind.empty()) {
    std::vector<std::string> keys;
    for (const TermKind& kind : kinds) keys.push_back(kind.key);
    std::erase_if(kinds, [&](const TermKind& kind) { return kind.key != options.kind; });
    if (kinds.empty()) fail("there is no kind of term '{}'{}", options.kind, suggestion(options.kind, keys));
  }
  fmt::print("{}", options.markdown ? terms_markdown(kinds) : terms_text(kinds, terminal_width(STDOUT_FILENO)));
  return 0;
}

}  // namespace

Command::Work declare_terms(CommandLine& line, const Registry& registry) {
  auto options = std::make_shared<TermsOptions>();
  line.argument("KIND", options->kind, "only these: observations, actions, reward, terminate, …", false);
  line.flag("--markdown", options->markdown, "as the page docs/terms.md");
  line.example("sinew terms reward");
  return [options, &registry] { return print_terms(*options, registry); };
}

}  // namespace sinew
