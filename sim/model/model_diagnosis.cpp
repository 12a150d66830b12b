#include "sim/model/model_diagnosis_internal.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include "core/foreign_file.h"
#include "core/text.h"
#include "sim/model/mjcf_words_internal.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// The text after `before` in MuJoCo's message, up to `after`.
std::string between(const std::string& message, const char* before, const char* after) {
  const size_t begin = message.find(before);
  if (begin == std::string::npos) return "";
  const size_t from = begin + std::string_view(before).size();
  return message.substr(from, message.find_first_of(after, from) - from);
}

// The place that MuJoCo means in a model of several files, if it is certain: the message names the element, and
// sometimes the line, but no file.
std::string place_of_refusal(const XmlScan& scan, const std::string& message) {
  if (scan.files.size() < 2) return "";
  const std::string name = between(message, "Element '", "'"), attribute = between(message, "attribute: '", "'");
  if (name.empty()) return "";
  const XmlElement* only = nullptr;
  for (const XmlElement& element : scan.elements) {
    if (element.name != name || (!attribute.empty() && !element.find(attribute))) continue;
    if (only) return "";
    only = &element;
  }
  return only ? fmt::format("; it is the <{}> in {}", name, scan.place(*only)) : "";
}

std::string on_root(const XmlScan& scan) {
  if (scan.elements.empty()) return "";
  const std::string& root = scan.elements[0].name;
  if (root == "mujoco" || root == "robot") return "";
  if (root == "mujocoinclude") return "; it is a part of a model: name the file that <include>s it";
  return fmt::format("; it begins with <{}>, and a model with <mujoco> (MJCF) or <robot> (URDF){}", shortened(root),
                     root == "sdf"       ? "; SDF, Gazebo's format, is not read here"
                     : root == "COLLADA" ? "; it is a mesh in COLLADA, for a model to name once it was converted to OBJ"
                                         : "");
}

std::string on_syntax(const XmlScan& scan) { return scan.fault.empty() ? "" : "; " + scan.fault; }

// ---- Files that the model names.

struct Asset {
  const XmlElement* element;
  std::string file, path;  // as written, and where MuJoCo looks for it
};

// Whether it is in <visual><geometry><mesh/>.
bool is_visual(const XmlScan& scan, const XmlElement& mesh) {
  for (int above = mesh.parent; above >= 0; above = scan.elements[static_cast<size_t>(above)].parent)
    if (scan.elements[static_cast<size_t>(above)].name == "visual") return true;
  return false;
}

std::vector<Asset> assets_of(const XmlScan& scan) {
  std::string mesh_folder, texture_folder;
  bool strip = scan.is_urdf(), discards_visual = scan.is_urdf();
  for (const XmlElement& element : scan.elements) {
    if (element.name != "compiler") continue;
    if (const std::string* folder = element.find("assetdir")) mesh_folder = texture_folder = *folder;
    if (const std::string* folder = element.find("meshdir")) mesh_folder = *folder;
    if (const std::string* folder = element.find("texturedir")) texture_folder = *folder;
    if (const std::string* word = element.find("strippath")) strip = *word == "true";
    if (const std::string* word = element.find("discardvisual")) discards_visual = *word == "true";
  }
  std::vector<Asset> assets;
  for (const XmlElement& element : scan.elements) {
    const std::string& name = element.name;
    if (name != "mesh" && name != "texture" && name != "hfield" && name != "skin") continue;
    const std::string* file = element.find(scan.is_urdf() ? "filename" : "file");
    if (!file || file->empty() || (!strip && file->find("://") != std::string::npos)) continue;
    if (scan.is_urdf() && discards_visual && is_visual(scan, element)) continue;
    const std::string used = strip ? fs::path(*file).filename().string() : *file;
    const std::string& folder = name == "texture" ? texture_folder : mesh_folder;
    assets.push_back({&element, *file, path_beside(scan.files[0], folder, used)});
  }
  return assets;
}

std::string why_no_mesh(const std::string& path, std::string_view beginning) {
  std::string kind = fs::path(path).extension().string();
  std::ranges::transform(kind, kind.begin(), [](unsigned char c) { return std::tolower(c); });
  if (kind != ".stl" && kind != ".obj" && kind != ".msh")
    return fmt::format(
        "MuJoCo reads meshes as STL, OBJ and MSH, not as '{}'; convert the mesh to STL or OBJ and name that "
        "file instead",
        kind);
  if (kind == ".stl" && beginning.starts_with("solid") && beginning.find("facet") != std::string_view::npos)
    return "it is an STL in text, and MuJoCo reads binary ones; convert the mesh";
  return "";
}

// Why MuJoCo cannot read the file; "" if it may.
std::string why_no_asset(const XmlScan& scan, const Asset& asset) {
  std::error_code ignored;
  const bool is_mesh = asset.element->name == "mesh";
  std::string beginning(1024, '\0');
  std::ifstream file(asset.path, std::ios::binary);
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  if (const std::string what = foreign_file(beginning); !what.empty()) return what;
  if (is_mesh)
    if (const std::string why = why_no_mesh(asset.path, beginning); !why.empty()) return why;
  if (fs::is_regular_file(asset.path, ignored)) return beginning.empty() ? "it is empty, or may not be read" : "";
  const std::string looked = fmt::format("there is no '{}'", asset.path);
  if (!scan.is_urdf())
    return looked + fmt::format(", where it is looked for: beside the model, in the compiler's {}",
                                asset.element->name == "texture" ? "texturedir" : "meshdir");
  return looked +
         ", where it is looked for: beside the model; of a URDF's package://…/a.stl only a.stl counts, unless it has "
         "<mujoco><compiler strippath=\"false\"/></mujoco>, and <compiler meshdir=\"…\"/> names another folder";
}

std::string on_assets(const XmlScan& scan) {
  for (const Asset& asset : assets_of(scan))
    if (const std::string why = why_no_asset(scan, asset); !why.empty())
      return fmt::format("; {}: the {} '{}': {}", scan.place(*asset.element), asset.element->name,
                         shortened(asset.file), why);
  return "";
}

// ---- Bodies that move and have no mass.

std::string without_mass(const XmlScan& scan, const XmlElement& body) {
  const std::string* name = body.find("name");
  return fmt::format(
      "; {}: the {} '{}' is moved by a joint and has no mass: give it an <inertial>, or a {} with a mass",
      scan.place(body), body.name, name ? shortened(*name) : "", scan.is_urdf() ? "<collision>" : "geom");
}

// For an MJCF: checks that each body moved by a joint has a mass on it, or on descendants that are attached to it
// without a joint.
std::string massless_body(const XmlScan& scan) {
  const std::vector<XmlElement>& elements = scan.elements;
  std::vector<bool> moved(elements.size()), has_mass(elements.size());
  for (const XmlElement& element : elements)
    if (const XmlElement* body = scan.parent_of(element);
        body && body->name == "body" && (element.name == "joint" || element.name == "freejoint"))
      moved[static_cast<size_t>(element.parent)] = true;
  for (size_t i = elements.size(); i-- > 0;) {  // children come later
    if (elements[i].name == "inertial" || elements[i].name == "geom") has_mass[i] = true;
    if (has_mass[i] && !moved[i] && elements[i].parent >= 0) has_mass[static_cast<size_t>(elements[i].parent)] = true;
  }
  for (size_t i = 0; i < elements.size(); ++i)
    if (moved[i] && !has_mass[i]) return without_mass(scan, elements[i]);
  return "";
}

// For a URDF: the same, where links fixed to each other count as one body.
std::string massless_link(const XmlScan& scan) {
  struct Joint {
    std::string parent, child;
    bool fixed;
  };
  std::map<std::string, const XmlElement*> links;
  std::map<std::string, bool> has_mass;
  std::map<const XmlElement*, Joint> joints;
  for (const XmlElement& element : scan.elements) {
    const XmlElement* parent = scan.parent_of(element);
    if (!parent) continue;
    const std::string *name = element.find("name"), *type = parent->find("type"), *link = element.find("link");
    if (element.name == "link" && name) links[*name] = &element;
    if (parent->name == "link" && (element.name == "inertial" || element.name == "collision"))
      if (const std::string* of = parent->find("name")) has_mass[*of] = true;
    if (parent->name != "joint" || !link || !type) continue;
    Joint& joint = joints[parent];
    joint.fixed = *type == "fixed";
    (element.name == "parent" ? joint.parent : joint.child) = *link;
  }
  constexpr size_t most_rounds = 1000;  // chain of fixed links
  for (size_t round = 0; round < most_rounds; ++round) {
    bool changed = false;
    for (const auto& [element, joint] : joints)
      if (joint.fixed && has_mass[joint.child] && !std::exchange(has_mass[joint.parent], true)) changed = true;
    if (!changed) break;
  }
  for (const auto& [element, joint] : joints)
    if (!joint.fixed && links.contains(joint.child) && !has_mass[joint.child])
      return without_mass(scan, *links[joint.child]);
  return "";
}

std::string on_masses(const XmlScan& scan) {
  for (const XmlElement& element : scan.elements)
    if (element.name == "compiler" && element.find("boundmass")) return "";  // every body gets a mass
  return scan.is_urdf() ? massless_link(scan) : massless_body(scan);
}

}  // namespace

std::string diagnosis(const XmlScan& scan, const std::string& message) {
  const std::string place = place_of_refusal(scan, message);
  for (const auto& look : {on_root, on_syntax, unknown_words, on_assets, on_masses})
    if (const std::string found = look(scan); !found.empty()) return place + found;
  return place;
}

}  // namespace sinew
