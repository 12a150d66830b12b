#pragma once
#include <string>
#include <vector>

#include "apps/report/report_comparison.h"

namespace sinew {

/// What to bear in mind when reading the tables of this report: a sentence or two each.
std::vector<std::string> report_notes(const Report& report);

}  // namespace sinew
