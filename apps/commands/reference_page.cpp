#include "apps/commands/reference_page.h"

#include "apps/commands/page_text.h"

namespace sinew {
namespace {

// What it does, and whether it may differ when a run is resumed.
std::string explained(const ParameterDoc& parameter) {
  return parameter.help + (parameter.changeable ? "; may change on --resume" : "");
}

std::string parameter_table(const std::vector<ParameterDoc>& parameters) {
  std::string text = "\n| key | default | accepts | what it does |\n|---|---|---|---|\n";
  for (const ParameterDoc& parameter : parameters)
    text += fmt::format("| `{}` | {} | {} | {} |\n", parameter.name,
                        parameter.value.empty() ? "**needed**" : "`" + cell(parameter.value) + "`",
                        cell(parameter.range), cell(explained(parameter)));
  return text;
}

}  // namespace

ReferencePage layers_page(const LayerTable<float>& layers) {
  ReferencePage page{
      "layer",
      "Layers",
      "A network's encoders, core, actor and critic are lists of layers, which are applied in order. A layer without "
      "options is its name alone. A program with layers of its own lists those too.",
      "network:\n"
      "  encoders:\n"
      "    state: {layers: [{linear: 64}, tanh]}\n"
      "  core: {lstm: {units: 128, layer_norm: true}}\n"
      "  actor: [{linear: 64}, tanh]\n",
      {}};
  for (const LayerRow<float>& row : layers) page.entries.push_back({row.name, row.help, row.parameters});
  return page;
}

ReferencePage algorithms_page(const AlgorithmTable& algorithms) {
  ReferencePage page{
      "algorithm",
      "Algorithms",
      "A recipe's `algorithm` says which algorithm learns, and its keys. A program with algorithms of its own lists "
      "those too.",
      "algorithm: {name: ppo, n_steps: 512, learning_rate: {start: 3e-4, end: 0}}\n",
      {}};
  for (const AlgorithmRow& row : algorithms) page.entries.push_back({row.name, row.help, row.parameters});
  return page;
}

ReferencePage recipe_page() {
  return {"",
          "The recipe",
          "A recipe is the YAML file that `sinew train` reads. `--set KEY=VALUE` changes a key for one run; a key "
          "within a key is written with a dot, as in the list. NAME stands for the name of a sensor.",
          "task: half_cheetah\n"
          "total_timesteps: 1000000\n"
          "algorithm: {name: ppo, n_steps: 512}\n"
          "network: {actor: [{linear: 64}, tanh], critic: [{linear: 64}, tanh]}\n",
          {{"", "", list_parameters<Recipe>()}}};
}

ReferencePage robot_file_page(const AdapterTable& adapters) {
  ReferencePage page{
      "",
      "The robot's file",
      "Both sides of the link read it, and compare it before anything moves. Units are rad, m, s, N m and N unless "
      "`unit` says otherwise. NAME stands for the name of a sensor or a camera, [] for each item of a list.",
      "robot: pan\n"
      "rate: 50\n"
      "actuators:\n"
      "  - {name: pan, command: position, position: [-1.5, 1.5], velocity: 4, acceleration: 60, step: 0.5,\n"
      "     when_stopped: hold}\n",
      {{"", "", list_parameters<RobotConfig>()}}};
  for (const Adapter& adapter : adapters.rows())
    page.entries.push_back(
        {"adapter: " + adapter.name, adapter.description + ". These are the keys of `wire`.", adapter.parameters});
  return page;
}

std::string reference_text(const ReferencePage& page, int width) {
  std::string text = page.title + "\n" + indented(page.intro, 0, width) + "\n" + page.example;
  for (const ReferenceEntry& entry : page.entries) {
    if (!entry.name.empty()) text += fmt::format("\n  {}\n{}", entry.name, indented(entry.help, 6, width));
    for (const ParameterDoc& parameter : entry.parameters)
      text += (entry.name.empty() ? "\n" : "") +
              indented(parameter_text(parameter), entry.name.empty() ? 2 : 6, width) +
              indented(explained(parameter), entry.name.empty() ? 6 : 10, width);
  }
  return text;
}

std::string reference_markdown(const ReferencePage& page, const std::string& command) {
  std::string text = fmt::format(
      "# {}\n\nThis page is what `{} --markdown` prints. {}\n\n"
      "```yaml\n{}```\n",
      page.title, command, page.intro, page.example);
  for (const ReferenceEntry& entry : page.entries) {
    if (!entry.name.empty()) text += fmt::format("\n## {}\n\n{}\n", entry.name, entry.help);
    if (!entry.parameters.empty()) text += parameter_table(entry.parameters);
  }
  return text;
}

}  // namespace sinew
