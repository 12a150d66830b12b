#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <initializer_list>

#include "core/error.h"
#include "core/text.h"
#include "sim/compat.h"
#include "sim/model/urdf_internal.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// "": the element does not have the attribute.
std::string attribute(const XmlElement& element, const char* name) {
  const std::string* text = element.find(name);
  return text ? *text : "";
}

bool is_inside(const XmlScan& scan, const XmlElement& element, const char* name) {
  const XmlElement* parent = scan.parent_of(element);
  return parent && parent->name == name;
}

double number_of(const XmlScan& scan, const XmlElement& element, const char* name, double otherwise) {
  std::string text = attribute(element, name);
  if (text.empty()) return otherwise;
  while (text.ends_with(' ')) text.pop_back();
  text.erase(0, text.find_first_not_of(' '));
  double value = 0;
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, code] = std::from_chars(begin, text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    fail("{}: <{}>: {} is '{}', which is not a number", scan.place(element), element.name, name, shortened(text));
  return value;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '"' ? "&quot;" : std::string(1, c);
  return out;
}

// The content of a <gazebo> or similar element may use another language.
bool describes_the_robot(const XmlScan& scan, const XmlElement& element) {
  const XmlElement* top = &element;
  while (top->parent > 0) top = &scan.elements[static_cast<size_t>(top->parent)];
  return top->name == "robot" || top->name == "link" || top->name == "joint" || top->name == "material";
}

// The joints of the robot itself, not those of a <transmission> or <gazebo>.
std::vector<const XmlElement*> joints_of(const XmlScan& scan) {
  std::vector<const XmlElement*> joints;
  for (const XmlElement& element : scan.elements)
    if (element.name == "joint" && is_inside(scan, element, "robot")) joints.push_back(&element);
  return joints;
}

bool moves_on_one_axis(const XmlElement& joint) {
  const std::string type = attribute(joint, "type");
  return type == "revolute" || type == "continuous" || type == "prismatic";
}

// The folder of the URDF's meshes, for a model file elsewhere.
std::string mesh_folder(const XmlScan& scan) {
  std::string folder;
  for (const XmlElement& element : scan.elements)
    if (element.name == "compiler" && element.find("meshdir")) folder = *element.find("meshdir");
  return (fs::absolute(scan.files[0]).parent_path() / folder / "").string();
}

}  // namespace

void refuse_xacro(const XmlScan& scan) {
  const auto refuse = [&](const XmlElement& element, const std::string& what) {
    fail(
        "{}: {} is xacro, from which a URDF must be made first: run 'xacro {} > robot.urdf' (of ROS) and name that "
        "file",
        scan.place(element), what, fs::path(scan.files[0]).filename().string());
  };
  for (const XmlElement& element : scan.elements) {
    if (element.name.starts_with("xacro:")) refuse(element, fmt::format("<{}>", shortened(element.name)));
    if (!describes_the_robot(scan, element)) continue;
    for (const auto& [name, value] : element.attributes)
      if (value.find("${") != std::string::npos || value.find("$(") != std::string::npos)
        refuse(element, fmt::format("{}=\"{}\"", shortened(name), shortened(value)));
  }
}

std::string mjcf_for_mimics(const XmlScan& scan) {
  const std::vector<const XmlElement*> joints = joints_of(scan);
  std::vector<std::string> names;
  for (const XmlElement* joint : joints) names.push_back(attribute(*joint, "name"));
  std::string equalities;
  for (const XmlElement& mimic : scan.elements) {
    const XmlElement* joint = scan.parent_of(mimic);
    if (mimic.name != "mimic" || !joint || joint->name != "joint" || !moves_on_one_axis(*joint)) continue;
    const std::string name = attribute(*joint, "name"), other = attribute(mimic, "joint");
    const auto found = std::ranges::find(names, other);
    if (found == names.end())
      fail("{}: the joint '{}' mimics '{}', which is not a joint of the file{}", scan.place(mimic), shortened(name),
           shortened(other), suggestion(other, names));
    if (!moves_on_one_axis(*joints[static_cast<size_t>(found - names.begin())]) || other == name)
      fail("{}: the joint '{}' mimics '{}', which neither slides nor turns on its own; remove the <mimic>",
           scan.place(mimic), shortened(name), shortened(other));
    equalities +=
        fmt::format("<joint joint1=\"{}\" joint2=\"{}\" polycoef=\"{} {} 0 0 0\"/>", escaped(name), escaped(other),
                    number_of(scan, mimic, "offset", 0), number_of(scan, mimic, "multiplier", 1));
  }
  if (equalities.empty()) return "";
  return fmt::format("<compiler meshdir=\"{}\"/><equality>{}</equality>", escaped(mesh_folder(scan)), equalities);
}

std::map<std::string, double> effort_limits_of_urdf(const XmlScan& scan) {
  std::map<std::string, double> limits;
  for (const XmlElement& limit : scan.elements) {
    const XmlElement* joint = scan.parent_of(limit);
    if (limit.name != "limit" || !joint || joint->name != "joint") continue;
    if (const double effort = number_of(scan, limit, "effort", 0); effort > 0)
      limits[attribute(*joint, "name")] = effort;
  }
  return limits;
}

std::vector<std::string> dropped_of_urdf(const XmlScan& scan) {
  struct Kind {
    std::string words;
    int count = 0;
    const XmlElement* first = nullptr;
    void see(const XmlElement& element) {
      if (count++ == 0) first = &element;
    }
  };
  Kind effort{"effort limits"}, velocity{"velocity limits"}, safety{"<safety_controller>"},
      calibration{"<calibration>"}, transmission{"<transmission>"}, control{"<ros2_control>"}, gazebo{"<gazebo>"},
      sensor{"<sensor>"}, visual{"what is only <visual>"}, fixed{"fixed joints, whose links become one body"};
  bool discards_visual = true;
  for (const XmlElement& element : scan.elements) {
    const XmlElement* parent = scan.parent_of(element);
    if (!parent) continue;
    const std::string& name = element.name;
    if (name == "compiler" && attribute(element, "discardvisual") == "false") discards_visual = false;
    if (name == "limit" && parent->name == "joint") {
      if (compat::urdf_effort_is_dropped && element.find("effort")) effort.see(element);
      if (element.find("velocity")) velocity.see(element);
    }
    if (parent->name == "joint" && name == "safety_controller") safety.see(element);
    if (parent->name == "joint" && name == "calibration") calibration.see(element);
    if (parent->name == "link" && name == "visual") visual.see(element);
    if (parent->name != "robot") continue;
    if (name == "transmission") transmission.see(element);
    if (name == "ros2_control") control.see(element);
    if (name == "gazebo") gazebo.see(element);
    if (name == "sensor") sensor.see(element);
    if (name == "joint" && attribute(element, "type") == "fixed") fixed.see(element);
  }
  if (!discards_visual) visual.count = 0;
  std::vector<std::string> dropped;
  for (const Kind* kind :
       {&effort, &velocity, &safety, &transmission, &control, &sensor, &calibration, &gazebo, &visual, &fixed})
    if (kind->count > 0)
      dropped.push_back(kind->count == 1
                            ? fmt::format("{} (line {})", kind->words, kind->first->line)
                            : fmt::format("{} ({}, from line {} on)", kind->words, kind->count, kind->first->line));
  return dropped;
}

}  // namespace sinew
