#include "sim/model/mjcf_words_internal.h"

#include <fmt/core.h>
#include <mujoco/mujoco.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "core/text.h"
#include "sim/mujoco_messages.h"

namespace sinew {
namespace {

/// The elements and attributes that the MuJoCo in use supports, as it prints them itself.
struct Schema {
  std::map<std::string, std::set<std::string>> children, attributes;  // of each element, anywhere in the file
  Schema();
};

// Parses "   option (*)                 timestep apirate …", and continuation lines of attributes. Three spaces a
// level.
Schema::Schema() {
  std::vector<char> text(1 << 20);
  mj_printSchema(nullptr, text.data(), static_cast<int>(text.size()), 0, 0);
  std::istringstream lines(text.data());
  std::vector<std::vector<std::string>> open;  // the element names on each level
  for (std::string line; std::getline(lines, line);) {
    const size_t spaces = line.find_first_not_of(' ');
    if (spaces == std::string::npos) continue;
    std::istringstream words(line);
    std::string name, kind, word;
    words >> name >> kind;
    const bool is_element = kind.size() == 3 && kind.front() == '(' && kind.back() == ')';
    if (is_element) {
      open.resize(std::min(open.size(), spaces / 3));
      std::vector<std::string> names = {name};
      if (name == "(world)body") names = {"worldbody", "body"};
      for (const std::string& one : names) {
        if (!open.empty())
          for (const std::string& parent : open.back()) children[parent].insert(one);
        if (kind == "(R)") children[one].insert(names.back());
        attributes[one];
      }
      open.push_back(std::move(names));
    } else if (!open.empty()) {
      words = std::istringstream(line);
    }
    while (words >> word && !open.empty())
      for (const std::string& one : open.back()) attributes[one].insert(word);
  }
}

const Schema& schema() {
  static const Schema words;
  return words;
}

/// Additions after 2.2.2, with the version that added them, where known. An element "" is any element, "a/b" is b
/// inside a; an attribute "" means the element itself.
struct NewerWord {
  const char *element, *attribute, *value, *since;
};
constexpr NewerWord newer_words[] = {
    {"extension", "", "", "2.3.0"},
    {"plugin", "", "", "2.3.0"},
    {"size", "memory", "", "2.3.0"},
    {"", "plugin", "", "2.3.0"},
    {"body", "gravcomp", "", "2.3.1"},
    {"general", "actdim", "", "2.3.1"},
    {"option", "integrator", "implicitfast", "2.3.3"},
    {"", "ellipsoidinertia", "", "2.3.4"},
    {"hfield", "elevation", "", "2.3.6"},
    {"muscle", "tausmooth", "", "2.3.6"},
    {"pair", "solreffriction", "", "2.3.6"},
    {"joint", "actuatorfrcrange", "", "2.3.7"},
    {"joint", "actuatorfrclimited", "", "2.3.7"},
    {"sensor/jointactuatorfrc", "", "", "2.3.7"},
    {"flexcomp", "", "", "3.0.0"},
    {"flex", "", "", "3.0.0"},
    {"deformable", "", "", "3.0.0"},
    {"sensor/camprojection", "", "", "3.0.0"},
    {"", "dyntype", "filterexact", "3.0.0"},
    {"", "actearly", "", "3.0.0"},
    {"flag", "eulerdamp", "", "3.0.0"},
    {"option", "ls_iterations", "", "3.0.0"},
    {"option", "ls_tolerance", "", "3.0.0"},
    {"option", "sdf_iterations", "", "3.0.0"},
    {"option", "sdf_initpoints", "", "3.0.0"},
    {"camera", "resolution", "", "3.0.0"},
    {"camera", "focal", "", "3.0.0"},
    {"camera", "focalpixel", "", "3.0.0"},
    {"camera", "principal", "", "3.0.0"},
    {"camera", "principalpixel", "", "3.0.0"},
    {"camera", "sensorsize", "", "3.0.0"},
    {"option", "actuatorgroupdisable", "", "3.0.1"},
    {"frame", "", "", "3.1.0"},
    {"position", "kv", "", "3.1.0"},
    {"intvelocity", "kv", "", "3.1.0"},
    {"", "bvactive", "", "3.1.2"},
    {"", "inheritrange", "", "3.1.3"},
    {"joint", "actuatorgravcomp", "", "3.1.4"},
    {"replicate", "", "", "3.1.5"},
    {"material", "metallic", "", "3.1.5"},
    {"material", "roughness", "", "3.1.5"},
    {"", "dampratio", "", "3.1.6"},
    {"", "timeconst", "", "3.1.6"},
    {"sensor/distance", "", "", "3.1.6"},
    {"sensor/normal", "", "", "3.1.6"},
    {"sensor/fromto", "", "", "3.1.6"},
    {"attach", "", "", "3.2.0"},
    {"asset/model", "", "", "3.2.0"},
    {"camera", "orthographic", "", "3.2.0"},
    {"mesh", "maxhullvert", "", "3.2.0"},
    {"option", "ccd_iterations", "", "3.2.3"},
    {"option", "ccd_tolerance", "", "3.2.3"},
    {"flag", "nativeccd", "", "3.2.3"},
    {"compiler", "alignfree", "", "3.2.3"},
    {"freejoint", "align", "", "3.2.3"},
    {"connect", "site1", "", "3.2.3"},
    {"connect", "site2", "", "3.2.3"},
    {"weld", "site1", "", "3.2.3"},
    {"weld", "site2", "", "3.2.3"},
    {"mesh", "inertia", "", "3.2.5"},
    {"sensor/e_potential", "", "", "3.3.0"},
    {"sensor/e_kinetic", "", "", "3.3.0"},
    {"spatial", "armature", "", "3.3.1"},
    {"fixed", "armature", "", "3.3.1"},
    {"compiler", "saveinertial", "", "3.3.1"},
    {"light", "type", "", "3.3.3"},
    {"texture", "colorspace", "", "3.3.3"},
    {"sensor/contact", "", "", "3.3.5"},
    {"sensor/insidesite", "", "", "3.3.5"},
    {"sensor/tactile", "", "", "3.3.5"},
    {"mesh", "builtin", "", "3.3.5"},
    {"flag", "island", "", "3.3.6"},
    {"", "sleep", "", "3.4.0"},
    {"", "sleep_tolerance", "", "3.4.0"},
    {"", "delay", "", "3.5.0"},
    {"actuator/dcmotor", "", "", "3.7.0"},
    {"", "surfacevel", "", "3.11.0"},
    {"geom", "adhesion", "", "3.11.0"},
    {"actuator/orientation", "", "", "3.11.0"},
    {"actuator/pid", "", "", "3.12.0"},
    {"option", "integrator", "discrete", "3.13.0"},
    {"flag", "ipc", "", "3.14.0"},
    {"flag", "speculative", "", "4.0.0"},
    {"", "springyield", "", "4.0.0"},
    {"", "yield", "", "4.0.0"},
    {"compiler", "assetdir", "", ""},
    {"mesh", "content_type", "", ""},
    {"texture", "content_type", "", ""},
    {"hfield", "content_type", "", ""},
};

std::array<int, 3> numbers_of(const std::string& version) {
  std::array<int, 3> numbers = {};
  std::sscanf(version.c_str(), "%d.%d.%d", &numbers[0], &numbers[1], &numbers[2]);
  return numbers;
}

struct Unknown {
  const XmlElement* element;
  std::string attribute, value;  // attribute "": the element; value "": the attribute
};

// The later version that added it, "" where that is unknown; nullptr: no later MuJoCo is known to support it.
const char* came_with(const XmlScan& scan, const Unknown& unknown) {
  const std::string& name = unknown.element->name;
  const int parent = unknown.element->parent;
  const std::string inside = (parent < 0 ? "" : scan.elements[static_cast<size_t>(parent)].name) + "/" + name;
  for (const NewerWord& word : newer_words) {
    const bool same_element = word.element[0] == 0 || name == word.element || inside == word.element;
    if (same_element && unknown.attribute == word.attribute && unknown.value == word.value)
      return !word.since[0] || numbers_of(word.since) > numbers_of(mujoco_version()) ? word.since : nullptr;
  }
  return nullptr;
}

// The children of an unknown element are not reported.
std::vector<Unknown> find_unknown(const XmlScan& scan) {
  std::vector<Unknown> found;
  std::vector<bool> skipped(scan.elements.size());
  for (size_t i = 0; i < scan.elements.size(); ++i) {
    const XmlElement& element = scan.elements[i];
    if (element.name == "include") continue;
    const auto attributes = schema().attributes.find(element.name);
    bool known = attributes != schema().attributes.end();
    if (element.parent >= 0) {
      const auto above = static_cast<size_t>(element.parent);
      if ((skipped[i] = skipped[above])) continue;
      const auto children = schema().children.find(scan.elements[above].name);
      known = known && children != schema().children.end() && children->second.contains(element.name);
    }
    if (!known) {
      skipped[i] = true;
      found.push_back({&element, "", ""});
      continue;
    }
    for (const auto& [name, value] : element.attributes) {
      const Unknown by_value = {&element, name, value};
      if (!attributes->second.contains(name))
        found.push_back({&element, name, ""});
      else if (came_with(scan, by_value))
        found.push_back(by_value);
    }
  }
  return found;
}

std::string name_of(const Unknown& unknown) {
  if (unknown.attribute.empty()) return fmt::format("<{}>", shortened(unknown.element->name));
  if (unknown.value.empty())
    return fmt::format("'{}' of <{}>", shortened(unknown.attribute), shortened(unknown.element->name));
  return fmt::format("{}=\"{}\"", unknown.attribute, shortened(unknown.value));
}

std::vector<std::string> names_of(const std::set<std::string>& words) { return {words.begin(), words.end()}; }

// "; arm.xml:12: <joint> has no 'dampin'; did you mean 'damping'?"
std::string mistake(const XmlScan& scan, const Unknown& unknown) {
  const XmlElement& element = *unknown.element;
  const std::string place = scan.place(element);
  if (!unknown.attribute.empty())
    return fmt::format("; {}: <{}> has no '{}'{}", place, shortened(element.name), shortened(unknown.attribute),
                       suggestion(unknown.attribute, names_of(schema().attributes.at(element.name))));
  if (element.parent < 0) return "";
  const std::string& parent = scan.elements[static_cast<size_t>(element.parent)].name;
  const auto children = schema().children.find(parent);
  if (children == schema().children.end())
    return fmt::format("; {}: nothing may be inside <{}>", place, shortened(parent));
  return fmt::format("; {}: <{}> has no <{}>{}", place, shortened(parent), shortened(element.name),
                     suggestion(element.name, names_of(children->second)));
}

}  // namespace

std::string unknown_words(const XmlScan& scan) {
  constexpr size_t most_named = 4;
  if (scan.elements.empty() || scan.elements[0].name != "mujoco" || schema().attributes.size() < 20) return "";
  const std::vector<Unknown> unknown = find_unknown(scan);
  std::vector<std::string> newer;
  for (const Unknown& one : unknown) {
    const char* since = came_with(scan, one);
    if (!since) continue;
    const std::string name = name_of(one);
    if (std::ranges::any_of(newer, [&](const std::string& said) { return said.starts_with(name + " ("); })) continue;
    newer.push_back(fmt::format("{} ({}) {}", name, scan.place(*one.element),
                                since[0] ? fmt::format("came with {}", since) : "came later"));
  }
  if (newer.empty()) return unknown.empty() ? "" : mistake(scan, unknown[0]);
  const size_t more = newer.size() > most_named ? newer.size() - most_named : 0;
  newer.resize(newer.size() - more);
  return fmt::format("; the model is for a newer MuJoCo than this one, {}: {}{}", mujoco_version(), join(newer),
                     more ? fmt::format(" and {} more", more) : "");
}

}  // namespace sinew
