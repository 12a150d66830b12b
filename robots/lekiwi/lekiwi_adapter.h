#pragma once
#include "robots/link/adapter_table.h"

namespace sinew {

/// The AdapterTable row for a LeKiwi: LekiwiBody and LekiwiHost.
Adapter lekiwi_adapter();

}  // namespace sinew
