#pragma once
#include <string>
#include <utility>
#include <vector>

namespace sinew {

/// The beginning of an XML element, and where it stands.
struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  int parent = -1;  // among all elements; -1: the root
  size_t file = 0;  // of XmlScan::files
  int line = 0;     // from 1

  /// nullptr: it has no such attribute.
  const std::string* find(std::string_view attribute) const;
};

/// The elements of a model's file and of what it includes, in their order. MuJoCo judges a model; this only looks what
/// the file says and where, to explain it: it accepts what is broken, and goes on.
struct XmlScan {
  std::vector<std::string> files;  // their paths, the model first
  std::vector<XmlElement> elements;
  std::string fault;  // what is wrong with the XML itself, with its place; "" for nothing

  bool is_urdf() const { return !elements.empty() && elements[0].name == "robot"; }
  /// "arm.xml:12".
  std::string place(const XmlElement& element) const;
};

/// Throws Error when the model itself cannot be read.
XmlScan scan_xml(const std::string& path);
/// Of text that is at hand; `path` is its name. Includes are followed, or are left to the caller.
XmlScan scan_xml(const std::string& path, const std::string& text);
XmlScan scan_xml_alone(const std::string& path, const std::string& text);

/// The path of a file that the model `model` names, `folder` being what its compiler says ("meshdir").
std::string path_beside(const std::string& model, const std::string& folder, const std::string& file);

}  // namespace sinew
