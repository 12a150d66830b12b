#pragma once
#include <string>

#include "core/spec.h"

namespace sinew {

/// An InterfaceSpec as JSON and back: {"sensors": [{"name", "type", "shape", "labels", "units"}],
/// "actions": {"rate", "parts": [{"name", "labels", "units", "low", "high"} or {…, "choices"}]}}.
std::string interface_to_json(const InterfaceSpec& spec);
/// Throws Error when the text is not such an object.
InterfaceSpec interface_from_json(const std::string& text);

}  // namespace sinew
