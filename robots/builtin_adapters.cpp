#include "robots/link/adapter_table.h"
#include "robots/lekiwi/lekiwi_adapter.h"

namespace sinew {

AdapterTable builtin_adapters() {
  AdapterTable table;
  table.add(lekiwi_adapter());
  return table;
}

}  // namespace sinew
