// The page of terms matches the registry, its example is a valid task, and every term is documented.
#include <gtest/gtest.h>

#include <cmath>

#include "apps/commands/terms_page.h"
#include "core/safe_file.h"
#include "envs/task/make_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

const std::string path = SINEW_SOURCE_DIR "/docs/terms.md";

TEST(TermsPage, IsThatOfTheRegistry) {
  EXPECT_TRUE(read_file(path) == terms_markdown(list_terms(TaskRegistry::builtin())))
      << "docs/terms.md differs from the registry; make it again: ./sinew terms --markdown > docs/terms.md";
}

TEST(TermsPage, ShowsATaskThatRuns) {
  const std::string page = read_file(path);
  const size_t start = page.find("```yaml\n") + 8, end = page.find("```", start);
  const Task task = load_task(ConfigNode::parse_text(page.substr(start, end - start), "terms.md"), "example", "");
  const auto env = task.factory();
  Rng rng(1);
  env->reset(rng);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(std::isfinite(env->step(std::vector<double>(8), rng).reward));
}

TEST(TermsPage, SaysWhatATermIsAndItsUnit) {
  for (const TermKind& kind : list_terms(TaskRegistry::builtin())) {
    EXPECT_FALSE(kind.terms.empty()) << kind.key;
    for (const ListedTerm& term : kind.terms) {
      EXPECT_GT(term.doc.size(), 10u) << term.name;
      const bool has_numbers = kind.key == "observations" || kind.key == "reward" || kind.key == "commands";
      EXPECT_EQ(has_numbers && term.unit.empty(), false) << kind.key << ": " << term.name;
    }
  }
}

TEST(TermsPage, FitsATerminal) {
  TaskRegistry registry;
  registry.resets.push_back(
      {"start", "somewhere over there", "m", {{"where", "", "one of a, b"}, {"far", "2", ""}}, {}});
  const std::vector<TermKind> kinds = list_terms(registry);
  expect_contains(terms_text(kinds, 26),
                  "  start  [m]\n      somewhere over there\n      where, needed (one\n      of a, b); far = 2\n");
  expect_contains(terms_text(kinds, 0), "      where, needed (one of a, b); far = 2\n");
  EXPECT_EQ(terms_text(kinds, 0).find("Rewards"), std::string::npos) << "there are none";
  expect_contains(terms_markdown(kinds),
                  "| `start` | somewhere over there | m | **`where`** (one of a, b)<br>`far` = `2` |");
}

}  // namespace
}  // namespace sinew
