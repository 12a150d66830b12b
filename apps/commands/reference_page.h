#pragma once
#include <string>
#include <vector>

#include "agents/run/recipe.h"

/// The words of recipes as pages for a person, made from the fields that the code reads: layers, algorithms, and the
/// recipe itself.
namespace sinew {

struct ReferenceEntry {
  std::string name;  // "lstm"; "" of a page with one entry
  std::string help;
  std::vector<ParameterDoc> parameters;
};

struct ReferencePage {
  std::string noun;     // "layer", for errors
  std::string title;    // "Layers"
  std::string intro;    // of both forms
  std::string example;  // YAML
  std::vector<ReferenceEntry> entries;
};

ReferencePage layers_page(const LayerTable<float>& layers);
ReferencePage algorithms_page(const AlgorithmTable& algorithms);
ReferencePage recipe_page();

/// As a terminal shows it; lines are at most `width` long, 0: not broken.
std::string reference_text(const ReferencePage& page, int width);
/// The page in docs/. `command`: which prints it, "sinew layers".
std::string reference_markdown(const ReferencePage& page, const std::string& command);

}  // namespace sinew
