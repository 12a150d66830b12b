#include "robots/link/adapter_table.h"

#include <algorithm>

#include "core/text.h"

namespace sinew {

const Adapter& AdapterTable::find(const std::string& name) const {
  std::vector<std::string> known{own_protocol};
  for (const Adapter& row : rows_) {
    if (row.name == name) return row;
    known.push_back(row.name);
  }
  fail("no adapter is called '{}'{}", name, suggestion(name, known));
}

std::vector<std::string> Adapter::always_lacks() const {
  std::vector<std::string> names;
  for (const AdapterLack& lack : lacks)
    if (!lack.of_some) names.push_back(lack.name);
  return names;
}

void check_accepted(const Adapter& adapter, const std::vector<std::string>& accepted) {
  std::vector<std::string> names, missing;
  for (const AdapterLack& lack : adapter.lacks) {
    names.push_back(lack.name);
    if (!lack.of_some && std::ranges::find(accepted, lack.name) == accepted.end())
      missing.push_back(fmt::format("{} ({})", lack.name, lack.meaning));
  }
  for (const std::string& word : accepted)
    if (std::ranges::find(names, word) == names.end())
      fail("accept: '{}' is not one of the things that the adapter '{}' lacks{}", word, adapter.name,
           suggestion(word, names));
  if (missing.empty()) return;
  fail(
      "the protocol of the adapter '{}' lacks what our own protocol has: {}. To use it all the same, accept that in "
      "the robot's file: accept: [{}]",
      adapter.name, join(missing), join(adapter.always_lacks()));
}

}  // namespace sinew
