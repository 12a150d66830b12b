// The file of demonstrations. What it accepts must come out again the same.
#include <cstdlib>

#include "core/error.h"
#include "nets/formats/demonstrations.h"
#include "tests/fuzz/target.h"
#include "tests/nets/make_network.h"

namespace sinew::fuzz {

std::vector<std::string> seeds() {
  Demonstrations numbers;
  numbers.spec = continuous_interface(3, 2);
  numbers.rows = 2;
  numbers.numbers = {1, 2, 3, 4, 5, 6};
  numbers.actions = {0, 1, 0.5f, -1};
  numbers.starts = {1, 0};
  Demonstrations seen = numbers;
  seen.spec.sensors.push_back({"eye", SensorSpec::Type::uint8, {2, 1, 3}, {}, {}, 1, "red, green, blue"});
  seen.images.assign(12, 7);
  seen.origin = "a hand";
  return {format_demonstrations(numbers), format_demonstrations(seen)};
}

std::vector<std::string> words() {
  return {"\"sensors\":[",
          "\"shape\":[2]",
          "\"shape\":[16777216]",
          "\"frames\":3",
          "\"type\":\"uint8\"",
          "\"rate\":0",
          "\"choices\":[3,2]",
          "\"low\":[null]",
          "observation.",
          "observation.state",
          "starts",
          "action"};
}

}  // namespace sinew::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sinew;
  try {
    const std::string_view content(reinterpret_cast<const char*>(data), size);
    const Demonstrations set = parse_demonstrations(content, "input");
    const Demonstrations again = parse_demonstrations(format_demonstrations(set), "again");
    if (again.rows != set.rows || again.actions != set.actions || again.images != set.images) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
