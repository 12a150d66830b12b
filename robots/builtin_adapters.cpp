#include "robots/lekiwi/lekiwi_adapter.h"
#include "robots/link/adapter_table.h"

namespace sinew {

AdapterTable builtin_adapters() {
  AdapterTable table;
  table.add(lekiwi_adapter());
  return table;
}

}  // namespace sinew
