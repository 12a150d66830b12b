#pragma once
#include <string>
#include <vector>

#include "envs/terms/task_registry.h"

/// The vocabulary of tasks as a page for a person, made from the registry.
namespace sinew {

/// A term as the page lists it, of whatever kind.
struct ListedTerm {
  std::string name, doc, unit;
  std::vector<ParameterDoc> parameters;
};

struct TermKind {
  std::string key;    // in a task's YAML, "observations"
  std::string title;  // "Observations"
  std::string role;   // one sentence or two
  std::vector<ListedTerm> terms;
};

/// Kinds without a term are left out.
std::vector<TermKind> list_terms(const TaskRegistry& registry);

/// As a terminal shows it; lines are at most `width` long, 0: not broken.
std::string terms_text(const std::vector<TermKind>& kinds, int width);
/// The page docs/terms.md: what a term is, an example, and a table for each kind.
std::string terms_markdown(const std::vector<TermKind>& kinds);

}  // namespace sinew
