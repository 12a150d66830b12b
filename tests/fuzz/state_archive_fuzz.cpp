// The bytes of a saved state, as a checkpoint hands them to the objects they are of.
#include <cstring>

#include "core/error.h"
#include "core/random.h"
#include "core/state_archive.h"
#include "tests/fuzz/target.h"

namespace sinew::fuzz {
namespace {

struct Inner {
  uint32_t number = 7;
  std::optional<double> perhaps = 0.5;
  void visit_state(StateArchive& archive) {
    archive("number", number);
    archive("perhaps", perhaps);
  }
};

// Something of every kind that a state can hold.
struct Everything {
  int64_t steps = 123;
  bool flag = true;
  std::string text = "half_cheetah";
  std::vector<double> returns = {1, 2, 3};
  std::vector<float> moments = std::vector<float>(5);
  std::vector<uint8_t> bytes = {1, 2};
  std::vector<Inner> list = std::vector<Inner>(3);
  std::optional<int> none;
  Rng rng;
  std::vector<int> ring = std::vector<int>(4);
  RowLog rows{.row_bytes = sizeof(int), .capacity = 4, .begin = 3, .end = 6, .get = {}, .put = {}};
  void visit_state(StateArchive& archive) {
    rows.get = [this](uint64_t row, std::span<char> to) { std::memcpy(to.data(), &ring[row % 4], to.size()); };
    rows.put = [this](uint64_t row, std::span<const char> from) {
      std::memcpy(&ring[row % 4], from.data(), from.size());
    };
    archive("rows", rows);
    archive("steps", steps);
    archive("flag", flag);
    archive("text", text);
    archive("returns", returns);
    archive("moments", std::span(moments));
    archive("bytes", bytes);
    archive("list", list);
    archive("none", none);
    archive("rng", rng);
    archive.fixed("obs_size", 17);
  }
};

}  // namespace

std::vector<std::string> seeds() {
  StateArchive archive;
  Everything everything;
  archive("everything", everything);
  return {archive.bytes()};
}

std::vector<std::string> words() {
  return {"everything",
          "list",
          "returns",
          "perhaps",
          std::string(8, '\0'),
          std::string(8, '\xff'),
          std::string("\x01\0\0\0\0\0\0\x80", 8),
          std::string("\x07\x04", 2)};
}

}  // namespace sinew::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sinew;
  try {
    StateArchive archive({reinterpret_cast<const char*>(data), size}, "input");
    fuzz::Everything everything;
    archive("everything", everything);
    archive.finish();
    everything.rng.normal();
  } catch (const Error&) {
  }
  return 0;
}
