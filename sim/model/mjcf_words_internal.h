#pragma once
#include <string>

#include "sim/model/xml_scan_internal.h"

namespace sinew {

/// The parts of an MJCF that the MuJoCo in use does not support:
/// "; it is for a newer MuJoCo than this one, 2.2.2: 'dampratio' of <position> (arm.xml:12) came with 3.1.6", or
/// "; arm.xml:12: <joint> has no 'dampin'; did you mean 'damping'?".
/// "": nothing is unknown.
std::string unknown_words(const XmlScan& scan);

}  // namespace sinew
