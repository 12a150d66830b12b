#pragma once
#include <string>

#include "sim/model/xml_scan_internal.h"

namespace sinew {

/// Advice to the model's author on MuJoCo's refusal, derived from the files themselves, not from MuJoCo's text:
/// "; arm.xml:12: …". "" where nothing is found. `message`: MuJoCo's text, used only for the element and line that it
/// names.
std::string diagnosis(const XmlScan& scan, const std::string& message);

}  // namespace sinew
