// The safetensors reader. What it accepts must come out again the same.
#include <cstdlib>

#include "core/error.h"
#include "nets/formats/safetensors.h"
#include "tests/fuzz/target.h"

namespace sinew::fuzz {

std::vector<std::string> seeds() {
  TensorFile file;
  file.metadata = {{"format", "sinew"}, {"quotes", "\"\\ \n ü"}};
  file.tensors["a"] = StoredTensor::from_floats({2, 3}, std::vector<float>(6, 1.5f));
  file.tensors["empty"] = StoredTensor::from_floats({0, 4}, {});
  file.tensors["one"] = StoredTensor::from_floats({}, std::vector<float>(1));
  file.tensors["bytes"] = {.dtype = "U8", .shape = {5}, .data = std::vector<uint8_t>(5, 7)};
  return {format_safetensors(file), format_safetensors({}), format_safetensors({.metadata = file.metadata})};
}

std::vector<std::string> words() {
  return {"\"__metadata__\":{",
          "\"dtype\":\"F32\"",
          "\"F64\"",
          "\"BOOL\"",
          "\"shape\":[",
          "\"data_offsets\":[0,4]",
          "[0,0]",
          "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},",
          "{\"",
          "}",
          ",",
          "\\ud800",
          "\\u0000",
          std::string("\x02\0\0\0\0\0\0\0{}", 10),
          std::string("\xff\xff\xff\xff\xff\xff\xff\xff", 8)};
}

}  // namespace sinew::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sinew;
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  try {
    const TensorFile file = parse_safetensors(content, "input");
    if (parse_safetensors(format_safetensors(file), "again") != file) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
