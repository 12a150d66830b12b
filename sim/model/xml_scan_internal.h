#pragma once
#include <string>
#include <utility>
#include <vector>

namespace sinew {

/// The start tag of an XML element, and its place.
struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  int parent = -1;  // among all elements; -1: the root
  size_t file = 0;  // index into XmlScan::files
  int line = 0;     // from 1

  /// nullptr: there is no such attribute.
  const std::string* find(std::string_view attribute) const;
};

/// The elements of a model's file and its includes, in order. MuJoCo validates a model; this scan only finds what the
/// file contains and where, to explain errors: it accepts broken text, and goes on.
struct XmlScan {
  std::vector<std::string> files;  // their paths, the model first
  std::vector<XmlElement> elements;
  std::string fault;  // the fault in the XML itself, with its place; "": none

  bool is_urdf() const { return !elements.empty() && elements[0].name == "robot"; }
  /// nullptr: it is a root.
  const XmlElement* parent_of(const XmlElement& element) const {
    return element.parent < 0 ? nullptr : &elements[static_cast<size_t>(element.parent)];
  }
  /// "arm.xml:12".
  std::string place(const XmlElement& element) const;
};

/// Throws Error when the model itself cannot be read.
XmlScan scan_xml(const std::string& path);
/// Scans text in memory; `path` is its name. The first follows includes, the second leaves them to the caller.
XmlScan scan_xml(const std::string& path, const std::string& text);
XmlScan scan_xml_alone(const std::string& path, const std::string& text);

/// The path of a file that the model `model` names; `folder` is the one in its <compiler> ("meshdir").
std::string path_beside(const std::string& model, const std::string& folder, const std::string& file);

}  // namespace sinew
