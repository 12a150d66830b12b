#pragma once
#include <string>

#include "core/parameter_list.h"

namespace sinew {

/// The text in lines of at most `width` characters, each indented by `indent` spaces; width 0: one line.
std::string indented(const std::string& text, size_t indent, int width);
/// The text as a cell of a Markdown table.
std::string cell(const std::string& text);
/// "length = 4 (from 1 to 1000)".
std::string parameter_text(const ParameterDoc& parameter);

}  // namespace sinew
