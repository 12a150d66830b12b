// A file of demonstrations comes back as it was, and says what is wrong with it.
#include "nets/formats/demonstrations.h"

#include <unistd.h>

#include <filesystem>
#include <limits>

#include "core/safe_file.h"
#include "nets/formats/interface_json.h"
#include "nets/formats/safetensors.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_network.h"

namespace sinew {
namespace {

// Three steps in two episodes: a camera of 2 × 1, numbers before and after it.
Demonstrations three_steps() {
  Demonstrations set;
  set.spec.sensors = {sensor("joints", 2),
                      {"eye", SensorSpec::Type::uint8, {2, 1, 3}, {}, {}, 1, "red, green, blue"},
                      sensor("touch", 1)};
  set.spec.actions.parts = {continuous("arm", 2)};
  set.spec.actions.rate = 25;
  set.rows = 3;
  set.numbers = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  for (uint8_t byte = 0; byte < 18; ++byte) set.images.push_back(byte);
  set.actions = {0.5f, -0.5f, 2, 0, 0, 1};
  set.starts = {1, 0, 1};
  set.origin = "a hand";
  return set;
}

class DemonstrationFile : public testing::Test {
 protected:
  ~DemonstrationFile() override { std::filesystem::remove(path_); }
  // Writes what `change` makes of a good file, without a checksum, as a NumPy program does.
  template <class Change>
  void write(const Change& change) const {
    save_demonstrations(path_, three_steps());
    TensorFile file = read_safetensors(path_);
    file.metadata.erase("sha256");
    change(file);
    write_safetensors(path_, file);
  }
  const std::string path_ = testing::TempDir() + "sinew_demonstrations_" + std::to_string(::getpid());
};

TEST_F(DemonstrationFile, ComesBackAsItWas) {
  const Demonstrations set = three_steps();
  save_demonstrations(path_, set);
  const TensorFile file = read_safetensors(path_);
  EXPECT_EQ(file.tensors.at("observation.joints").floats(), (std::vector<float>{1, 2, 4, 5, 7, 8}));
  EXPECT_EQ(file.tensors.at("observation.touch").shape, (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(file.tensors.at("observation.eye").shape, (std::vector<int64_t>{3, 2, 1, 3}));
  const Demonstrations again = load_demonstrations(path_);
  EXPECT_EQ(again.spec.sensors, set.spec.sensors);
  EXPECT_EQ(again.spec.actions, set.spec.actions);
  EXPECT_EQ(again.numbers, set.numbers);
  EXPECT_EQ(again.images, set.images);
  EXPECT_EQ(again.actions, set.actions);
  EXPECT_EQ(again.starts, set.starts);
  EXPECT_EQ(again.origin, "a hand");
  EXPECT_EQ(again.episodes(), 2);
}

TEST_F(DemonstrationFile, NeedsNoChecksum) {
  write([](TensorFile&) {});
  EXPECT_EQ(load_demonstrations(path_).rows, 3);
}

TEST_F(DemonstrationFile, SaysWhatIsWrongWithIt) {
  const auto refused = [&](const char* why, auto&& change) {
    write(change);
    expect_contains(error_of([&] { load_demonstrations(path_); }), "the demonstrations '" + path_ + "': ");
    expect_contains(error_of([&] { load_demonstrations(path_); }), why);
  };
  refused("is not a set of demonstrations", [](TensorFile& file) { file.metadata["format"] = "sinew-policy"; });
  refused("its format version is 9, this program reads 1",
          [](TensorFile& file) { file.metadata["format_version"] = "9"; });
  refused("the checksum does not match", [](TensorFile& file) { file.metadata["sha256"] = "0"; });
  refused("the tensor 'starts' is missing", [](TensorFile& file) { file.tensors.erase("starts"); });
  refused("the tensor 'observation.eye' is missing", [](TensorFile& file) { file.tensors.erase("observation.eye"); });
  refused("the tensor 'action' is F32 [2, 3]; the interface requires F32 [3, 2]",
          [](TensorFile& file) { file.tensors["action"].shape = {2, 3}; });
  refused("the tensor 'observation.eye' is I8 [3, 2, 1, 3]",
          [](TensorFile& file) { file.tensors["observation.eye"].dtype = "I8"; });
  refused("'starts' is 0 in the first step", [](TensorFile& file) { file.tensors["starts"].data[0] = 0; });
  refused("it has 0 steps", [](TensorFile& file) { file.tensors["starts"] = {"U8", {0}, {}}; });
  refused("'observation.joints' is nan in step 2, number 1", [](TensorFile& file) {
    std::vector<float> numbers = file.tensors["observation.joints"].floats();
    numbers[5] = std::numeric_limits<float>::quiet_NaN();
    file.tensors["observation.joints"] = StoredTensor::from_floats({3, 2}, numbers);
  });
  refused("'eye' is a stack of 3 frames", [](TensorFile& file) {
    InterfaceSpec spec = three_steps().spec;
    spec.sensors[1].frames = 3;
    file.metadata["interface"] = interface_to_json(spec);
  });
}

TEST_F(DemonstrationFile, ADamagedOneIsSeen) {
  save_demonstrations(path_, three_steps());
  std::string bytes = read_file(path_);
  bytes.back() ^= 1;
  write_file_atomically(path_, bytes);
  expect_contains(error_of([&] { load_demonstrations(path_); }), "the checksum does not match its content");
  write_file_atomically(path_, bytes.substr(0, bytes.size() / 2));
  expect_contains(error_of([&] { load_demonstrations(path_); }), path_);
}

}  // namespace
}  // namespace sinew
