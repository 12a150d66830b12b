#pragma once
#include <string>
#include <vector>

#include "envs/terms/task_registry.h"

/// A reference page for the vocabulary of tasks, generated from the registry.
namespace sinew {

/// A term of any kind as the page lists it.
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

/// Kinds without terms are left out.
std::vector<TermKind> list_terms(const TaskRegistry& registry);

/// The page for a terminal, in lines of at most `width` characters; 0: not wrapped.
std::string terms_text(const std::vector<TermKind>& kinds, int width);
/// The page docs/terms.md: what a term is, an example, and a table for each kind.
std::string terms_markdown(const std::vector<TermKind>& kinds);

}  // namespace sinew
