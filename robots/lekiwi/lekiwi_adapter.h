#pragma once
#include "robots/link/adapter_table.h"

namespace sinew {

/// The row of the AdapterTable: LekiwiBody, and LekiwiHost.
Adapter lekiwi_adapter();

}  // namespace sinew
