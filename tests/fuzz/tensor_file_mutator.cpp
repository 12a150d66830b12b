// Of files of ours in the form of safetensors: their parts are changed, and the checksum is made right again, so that
// what lies behind it is reached: what a wrong program, or a hostile one, would write.
#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "core/random.h"
#include "nets/formats/safetensors.h"
#include "tests/fuzz/target.h"

namespace sinew::fuzz {
namespace {

std::string change_bytes(std::string text) {
  const size_t size = text.size(), most = size + 4096;
  text.resize(most);
  text.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(text.data()), size, most));
  return text;
}

// One text, or a tensor's name, type, shape or numbers.
void change_part(TensorFile& file, Rng& rng) {
  if (file.tensors.empty() && file.metadata.empty()) return;
  const auto any_of = [&rng](auto& map) {
    return std::next(map.begin(), rng.below(static_cast<uint32_t>(map.size())));
  };
  if (file.tensors.empty() || (!file.metadata.empty() && rng.below(2) == 0)) {
    const auto text = any_of(file.metadata);
    if (rng.below(20) == 0)
      file.metadata.erase(text);
    else
      text->second = change_bytes(text->second);
    return;
  }
  const auto entry = any_of(file.tensors);
  StoredTensor tensor = entry->second;
  std::string name = entry->first;
  switch (rng.below(4)) {
    case 0: name = change_bytes(name); break;
    case 1: tensor.dtype = "I32"; break;
    case 2: tensor = StoredTensor::from_floats({rng.below(5), 2}, {}); break;
    default: {
      const std::string bytes = change_bytes({tensor.data.begin(), tensor.data.end()});
      std::copy_n(bytes.begin(), std::min(bytes.size(), tensor.data.size()), tensor.data.begin());
    }
  }
  file.tensors.erase(entry);
  if (rng.below(10) != 0) file.tensors[name] = tensor;
}

}  // namespace
}  // namespace sinew::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
  using namespace sinew;
  Rng rng(seed);
  try {
    TensorFile file = parse_safetensors({reinterpret_cast<const char*>(data), size}, "input");
    for (uint32_t changes = 1 + rng.below(3); changes > 0; --changes) fuzz::change_part(file, rng);
    file.metadata["sha256"] = content_checksum(file);
    const std::string content = format_safetensors(file);
    if (content.size() > max_size) return size;
    std::memcpy(data, content.data(), content.size());
    return content.size();
  } catch (const Error&) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
}
