#pragma once
#include <string>

#include "sim/model/xml_scan_internal.h"

namespace sinew {

/// What whoever wrote the model can do about MuJoCo's refusal, found in the files themselves and not in its words:
/// "; arm.xml:12: …". "" where nothing is found. `message`: MuJoCo's, read for the element and line that it names.
std::string diagnosis(const XmlScan& scan, const std::string& message);

}  // namespace sinew
