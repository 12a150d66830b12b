#pragma once
#include <string>
#include <vector>

#include "apps/report/report_comparison.h"

namespace sinew {

/// Caveats for reading the tables of this report, one or two sentences each.
std::vector<std::string> report_notes(const Report& report);

}  // namespace sinew
