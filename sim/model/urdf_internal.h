#pragma once
#include <map>
#include <string>
#include <vector>

#include "sim/model/xml_scan_internal.h"

namespace sinew {

/// Throws an Error for a xacro file, which is a template for a URDF: MuJoCo would read its expressions literally, or
/// omit what they expand to.
void refuse_xacro(const XmlScan& scan);

/// MJCF for the features that MuJoCo drops when it reads a URDF: an equality for each <mimic>. "": there are none.
/// Throws an Error located at a <mimic> that names no joint of the file.
std::string mjcf_for_mimics(const XmlScan& scan);

/// The <limit effort="…"/> of each joint whose limit is above 0.
std::map<std::string, double> effort_limits_of_urdf(const XmlScan& scan);

/// The parts of the file that MuJoCo drops, each with its count and first place, the most serious first:
/// "effort limits (6, from line 12 on)".
std::vector<std::string> dropped_of_urdf(const XmlScan& scan);

}  // namespace sinew
