#pragma once
#include <string>

#include "apps/report/report_comparison.h"

namespace sinew {

/// The report as tables, with caveats for reading them below.
std::string report_text(const Report& report);

}  // namespace sinew
