#pragma once
#include <string>

#include "apps/report/report_comparison.h"

namespace sinew {

/// The report as tables and, under them, what to bear in mind when reading them.
std::string report_text(const Report& report);

}  // namespace sinew
