#pragma once
#include <string>
#include <vector>

#include "agents/run/recipe.h"
#include "robots/link/adapter_table.h"

/// Reference pages for YAML files, generated from the fields that the code reads: the recipe with its layers and
/// algorithms, and the robot's file with its adapters.
namespace sinew {

struct ReferenceEntry {
  std::string name;  // "lstm"; "" on a page with one entry
  std::string help;
  std::vector<ParameterDoc> parameters;
};

struct ReferencePage {
  std::string noun;     // "layer", for errors; "" for a page with one entry
  std::string title;    // "Layers"
  std::string intro;    // for both forms
  std::string example;  // YAML
  std::vector<ReferenceEntry> entries;
};

ReferencePage layers_page(const LayerTable<float>& layers);
ReferencePage algorithms_page(const AlgorithmTable& algorithms);
ReferencePage recipe_page();
ReferencePage robot_file_page(const AdapterTable& adapters);

/// The page for a terminal, in lines of at most `width` characters; 0: not wrapped.
std::string reference_text(const ReferencePage& page, int width);
/// The page in docs/. `command`: the command that prints it, "sinew layers".
std::string reference_markdown(const ReferencePage& page, const std::string& command);

}  // namespace sinew
