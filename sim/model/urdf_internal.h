#pragma once
#include <map>
#include <string>
#include <vector>

#include "sim/model/xml_scan_internal.h"

namespace sinew {

/// Throws an Error for a xacro file, which is a recipe for a URDF: MuJoCo would read its words as they are, or leave
/// out what they stand for.
void refuse_xacro(const XmlScan& scan);

/// MJCF that MuJoCo's reading of a URDF lacks: an equality for each <mimic>. "": it lacks nothing. Throws an Error at
/// the place of a <mimic> that names no joint of the file.
std::string mjcf_for_mimics(const XmlScan& scan);

/// The <limit effort="…"/> of each joint that has one above 0.
std::map<std::string, double> effort_limits_of_urdf(const XmlScan& scan);

/// What the file has that MuJoCo drops, each with how often and where first, the gravest first:
/// "effort limits (6, from line 12 on)".
std::vector<std::string> dropped_of_urdf(const XmlScan& scan);

}  // namespace sinew
