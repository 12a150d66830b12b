#include "core/state_archive.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/random.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

struct Wheel {
  int turns = 0;
  std::vector<float> grip;
  void visit_state(StateArchive& archive) {
    archive("turns", turns);
    archive("grip", grip);
  }
};

struct Car {
  bool started = false;
  std::string name;
  double speed = 0;
  int64_t steps = 0;
  std::optional<double> best;
  std::vector<Wheel> wheels = std::vector<Wheel>(2);
  std::vector<Wheel> spares;
  std::vector<uint8_t> mask = std::vector<uint8_t>(3);
  void visit_state(StateArchive& archive) {
    archive("started", started);
    archive("name", name);
    archive("speed", speed);
    archive("steps", steps);
    archive("best", best);
    archive("wheels", std::span(wheels));
    archive("spares", spares);
    archive("mask", std::span(mask));
  }
};

Car some_car() { return {true, "ant", -0.1, 1LL << 40, 2.5, {{3, {1, 2, 3}}, {4, {}}}, {{5, {7}}}, {1, 0, 1}}; }

std::string saved(Car car) {
  StateArchive archive;
  archive("car", car);
  return archive.bytes();
}

TEST(StateArchive, GivesBackWhatItTook) {
  const std::string bytes = saved(some_car());
  Car car;
  StateArchive archive(bytes, "checkpoint");
  archive("car", car);
  archive.finish();
  EXPECT_TRUE(car.started);
  EXPECT_EQ(car.name, "ant");
  EXPECT_EQ(car.speed, -0.1);
  EXPECT_EQ(car.steps, 1LL << 40);
  EXPECT_EQ(car.best, 2.5);
  EXPECT_EQ(car.wheels[0].turns, 3);
  EXPECT_EQ(car.wheels[0].grip, (std::vector<float>{1, 2, 3}));
  EXPECT_TRUE(car.wheels[1].grip.empty());
  ASSERT_EQ(car.spares.size(), 1u);
  EXPECT_EQ(car.spares[0].grip, std::vector<float>{7});
  EXPECT_EQ(car.mask, (std::vector<uint8_t>{1, 0, 1}));
  EXPECT_EQ(saved(car), bytes);
}

// A number that is not restored from an entry of its own type and place would be noise.
TEST(StateArchive, NamesTheEntryThatIsNotAsExpected) {
  const std::string bytes = saved(some_car());
  const auto restore = [&](auto&& read) {
    return error_of([&] {
      StateArchive archive(bytes, "checkpoint 'x'");
      read(archive);
      archive.finish();
    });
  };
  Car three_wheels;
  three_wheels.wheels.resize(3);
  expect_contains(restore([&](StateArchive& a) { a("car", three_wheels); }),
                  "checkpoint 'x': car.wheels: 3 of them expected, it has 2");
  Car short_mask;
  short_mask.mask.resize(2);
  expect_contains(restore([&](StateArchive& a) { a("car", short_mask); }), "car.mask: 2 of them expected, it has 3");
  Wheel wheel;
  expect_contains(restore([&](StateArchive& a) { a("wheel", wheel); }), "checkpoint 'x': wheel: 'car' is in its place");
  double number = 0;
  expect_contains(restore([&](StateArchive& a) { a("car", number); }), "doubles expected, it has an object");
  Rng rng;
  expect_contains(restore([&](StateArchive& a) { a("car", rng); }), "car.key: 'started' is in its place");
  Car car;
  expect_contains(restore([&](StateArchive& a) { a("car", car), a("more", number); }), "more: it is missing");
  expect_contains(restore([](StateArchive&) {}), "bytes are left");
}

// No length in the bytes is trusted: whatever they are, restoring ends in an Error or a value.
TEST(StateArchive, SurvivesEveryCutAndEveryFlippedBit) {
  const std::string bytes = saved(some_car());
  for (size_t length = 0; length < bytes.size(); ++length) {
    Car car;
    StateArchive archive(std::string_view(bytes).substr(0, length), "cut");
    EXPECT_THROW(archive("car", car), Error) << length;
  }
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    Car car;
    StateArchive archive(damaged, "flipped");
    try {
      archive("car", car);
    } catch (const Error&) {
    }
    EXPECT_LE(car.name.size() + car.wheels[0].grip.size() + car.wheels[1].grip.size(), bytes.size());
  }
}

// Entries smaller and larger than the buffer, in any order.
TEST(StateArchive, ThroughABufferItIsTheSame) {
  Rng rng(7);
  for (int round = 0; round < 30; ++round) {
    std::vector<std::vector<float>> numbers(1 + rng.below(12));
    for (std::vector<float>& list : numbers)
      for (list.resize(rng.below(3) == 0 ? rng.below(60000) : rng.below(40)); float& x : list) x = rng.normal();
    const auto visit = [](StateArchive& archive, std::vector<std::vector<float>>& lists) {
      for (size_t i = 0; i < lists.size(); ++i) archive("list_" + std::to_string(i), lists[i]);
    };
    StateArchive in_memory;
    visit(in_memory, numbers);
    std::string written;
    StateArchive saving([&](std::string_view bytes) { written += bytes; });
    visit(saving, numbers);
    saving.finish();
    ASSERT_EQ(written, in_memory.bytes());
    std::vector<std::vector<float>> restored(numbers.size());
    StateArchive restoring(access_text(written).from(0), written.size(), "test");
    visit(restoring, restored);
    restoring.finish();
    ASSERT_EQ(restored, numbers);
    std::vector<std::vector<float>> short_by_one(numbers.size());
    StateArchive cut(access_text(written).from(0), written.size() - 1, "test");
    EXPECT_THROW(visit(cut, short_by_one), Error);
  }
}

TEST(StateArchive, RowsWithoutAStoreLieInTheState) {
  std::vector<int> ring = {10, 11, 7, 8, 9};
  RowLog log{.row_bytes = sizeof(int), .capacity = 5, .begin = 7, .end = 12};
  log.get = [&](uint64_t row, std::span<char> bytes) { std::memcpy(bytes.data(), &ring[row % 5], bytes.size()); };
  StateArchive saved;
  saved("rows", log);
  std::vector<int> back(5);
  RowLog into{.row_bytes = sizeof(int), .capacity = 5};
  into.put = [&](uint64_t row, std::span<const char> bytes) {
    std::memcpy(&back[row % 5], bytes.data(), bytes.size());
  };
  StateArchive restored(saved.bytes(), "test");
  restored("rows", into);
  restored.finish();
  EXPECT_EQ(back, ring);
  EXPECT_EQ(into.begin, 7u);
  EXPECT_EQ(into.end, 12u);
  into.capacity = 4;
  expect_contains(error_of([&] {
                    StateArchive small(saved.bytes(), "test");
                    small("rows", into);
                  }),
                  "rows.end: rows 7 to 12 are more than the 4 that it can hold");
}

}  // namespace
}  // namespace sinew
