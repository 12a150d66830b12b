// Rows that are only appended: a save costs what is new, and every checkpoint that is kept stays good.
#include "agents/run/segment_folder.h"

#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "agents/run/checkpoint_folder.h"
#include "agents/run/trainer.h"
#include "tests/agents/replay_learner.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// A ring of numbers, each a row; the number of a row is its value, but for what `salt` adds.
struct Ring {
  explicit Ring(size_t capacity) : values(capacity) {}
  void push(uint64_t count, uint64_t salt = 0) {
    for (; count > 0; --count, ++end) values[end % values.size()] = end + salt;
  }
  RowLog log() {
    return {
        .row_bytes = sizeof(uint64_t),
        .capacity = values.size(),
        .begin = end - std::min<uint64_t>(end, values.size()),
        .end = end,
        .get = [this](uint64_t row,
                      std::span<char> bytes) { std::memcpy(bytes.data(), &values[row % values.size()], bytes.size()); },
        .put =
            [this](uint64_t row, std::span<const char> bytes) {
              std::memcpy(&values[row % values.size()], bytes.data(), bytes.size());
            }};
  }
  std::vector<uint64_t> values;
  uint64_t end = 0;
};

class SegmentFolderTest : public testing::Test {
 protected:
  SegmentFolderTest() { fs::create_directories(path_); }
  ~SegmentFolderTest() override { fs::remove_all(path_); }

  uintmax_t bytes() const {
    uintmax_t sum = 0;
    for (const std::string& name : segments_in(path_)) sum += fs::file_size(path_ + "/" + name);
    return sum;
  }
  Ring restored(const std::vector<Segment>& segments, uint64_t end, size_t capacity) const {
    check_segments(path_, segments);
    SegmentFolder folder(path_);
    folder.go_on_from(segments);
    Ring ring(capacity);
    ring.end = end;
    folder.restore("buffer", ring.log());
    return ring;
  }

  const std::string path_ = testing::TempDir() + "sinew_segments_" + std::to_string(::getpid());
};

TEST_F(SegmentFolderTest, ASaveWritesWhatIsNew) {
  SegmentFolder folder(path_, 80);  // ten rows a file
  Ring ring(25);
  uintmax_t before = 0;
  for (const uint64_t more : {3, 0, 4, 3, 1, 12, 40, 7}) {
    ring.push(more);
    folder.save("buffer", ring.log());
    EXPECT_EQ(bytes() - before, 8 * std::min<uint64_t>(more, 25)) << more;
    before = bytes();
    EXPECT_EQ(restored(folder.segments(), ring.end, 25).values, ring.values);
    for (const Segment& segment : folder.segments()) EXPECT_LE(segment.bytes, 80u);
  }
}

TEST_F(SegmentFolderTest, WhatAnEarlierSaveNamedStaysGood) {
  SegmentFolder folder(path_, 80);
  Ring ring(25);
  std::vector<std::pair<std::vector<Segment>, Ring>> saves;
  for (int i = 0; i < 12; ++i) {
    ring.push(7);
    folder.save("buffer", ring.log());
    saves.emplace_back(folder.segments(), ring);
  }
  for (const auto& [segments, then] : saves) EXPECT_EQ(restored(segments, then.end, 25).values, then.values);
  // Another process goes on from the fourth: what comes now is another future, and the former one stays as it was.
  SegmentFolder second(path_, 80);
  second.go_on_from(saves[3].first);
  Ring other = saves[3].second;
  second.restore("buffer", other.log());
  other.push(5, 1000);
  second.save("buffer", other.log());
  EXPECT_EQ(restored(second.segments(), other.end, 25).values, other.values);
  for (const auto& [segments, then] : saves) EXPECT_EQ(restored(segments, then.end, 25).values, then.values);
}

TEST_F(SegmentFolderTest, TwoLogsDoNotMix) {
  SegmentFolder folder(path_);
  Ring a(10), b(10);
  a.push(4);
  b.push(9, 500);
  folder.save("buffer", a.log());
  folder.save("other", b.log());
  const std::vector<Segment> segments = folder.segments();
  EXPECT_EQ(restored(segments, 4, 10).values, a.values);
  SegmentFolder again(path_);
  again.go_on_from(segments);
  Ring back(10);
  back.end = 9;
  again.restore("other", back.log());
  EXPECT_EQ(back.values, b.values);
  back.end = 10;
  expect_contains(error_of([&] { again.restore("other", back.log()); }),
                  "the rows 9 to 10 of 'other' are in no segment");
}

TEST_F(SegmentFolderTest, EveryFlippedByteAndEveryCutIsNamed) {
  SegmentFolder folder(path_, 80);
  Ring ring(25);
  ring.push(14);
  folder.save("buffer", ring.log());
  const std::vector<Segment> segments = folder.segments();
  ring.push(3);
  folder.save("buffer", ring.log());  // what is appended later is no damage
  const std::string file = path_ + "/" + segments[1].file, good = read_file(file);
  EXPECT_EQ(segments[1].bytes, 32u);
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    write_file_atomically(file, bad);
    if (i < 32)
      expect_contains(error_of([&] { check_segments(path_, segments); }),
                      "its segment '000002.segment': it is damaged, or belongs to another run");
    else
      EXPECT_NO_THROW(check_segments(path_, segments));
  }
  write_file_atomically(file, good.substr(0, 31));
  expect_contains(error_of([&] { check_segments(path_, segments); }), "31 bytes are left of its 32");
  fs::remove(file);
  expect_contains(error_of([&] { check_segments(path_, segments); }), "its segment '000002.segment': cannot read");
  expect_contains(error_of([&] { check_segments(path_, {{.log = "x", .file = "../secret", .sha256 = ""}}); }),
                  "no segment has such a name");
}

// In a run.
class ReplayRunTest : public SegmentFolderTest {
 protected:
  ReplayRunTest() { registry_.algorithms.push_back(replay_row()); }
  TrainResult run(const std::string& name, IfRunExists if_run_exists = IfRunExists::refuse, int64_t stop_at = -1) {
    const ConfigNode node = ConfigNode::parse_text(
        "task: inverted_pendulum\ntotal_timesteps: 3000\nn_envs: 2\nlog_interval: 100\n"
        "algorithm: {name: replay, capacity: 700, row_floats: 8}\nnetwork: {actor: [{linear: 4}]}\n"
        "eval: {eval_freq: 0, n_final_episodes: 0}\nsave_freq: 250\nsave_interval: 0\n",
        "recipe.yaml");
    std::atomic<bool> stop{false};
    return train(read_recipe(node), registry_,
                 {.run_folder = path_ + "/" + name,
                  .if_run_exists = if_run_exists,
                  .stop = &stop,
                  .on_progress = [&](const TrainStatus& status) { stop = status.steps == stop_at; }});
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

  Registry registry_ = Registry::builtin();
};

TEST_F(ReplayRunTest, GoesOnToTheSameBitsFromAnySave) {
  const std::string whole = run("whole").weights_hash;
  for (const int64_t stop_at : {100, 260, 1500, 2996}) {
    const std::string name = std::to_string(stop_at);
    EXPECT_TRUE(run(name, IfRunExists::refuse, stop_at).interrupted);
    EXPECT_EQ(run(name, IfRunExists::resume).weights_hash, whole) << stop_at;
  }
}

TEST_F(ReplayRunTest, KeepsOnlyWhatACheckpointNeeds) {
  run("a");
  uintmax_t sum = 0;
  for (const std::string& name : segments_in(file("a/checkpoints")))
    sum += fs::file_size(file("a/checkpoints/" + name));
  EXPECT_EQ(sum, 3000u * 32);  // all fit into one file, which is needed as long as one row of it is
  run("a", IfRunExists::overwrite);
  EXPECT_EQ(segments_in(file("a/checkpoints")).size(), 1u);
}

TEST_F(ReplayRunTest, GoesBackToTheCheckpointWhoseSegmentsAreThere) {
  const std::string whole = run("whole").weights_hash;
  run("cut", IfRunExists::refuse, 1500);
  const CheckpointFolder checkpoints(file("cut/checkpoints"));
  const std::vector<int64_t> steps = checkpoints.steps();
  ASSERT_EQ(steps.size(), 2u);
  const std::string segment = file("cut/checkpoints/" + segments_in(file("cut/checkpoints")).back());
  fs::resize_file(segment, static_cast<uintmax_t>(steps[0]) * 32);  // what the older one needs
  const CheckpointFolder::Newest newest = checkpoints.newest();
  ASSERT_TRUE(newest.checkpoint);
  EXPECT_EQ(newest.checkpoint->head().step, steps[0]);
  expect_contains(newest.damaged.at(0), "its segment '000001.segment': it is cut short");
  const TrainResult result = run("cut", IfRunExists::resume);
  EXPECT_EQ(result.resumed_from, steps[0]);
  EXPECT_EQ(result.weights_hash, whole);
  fs::remove(segment);
  fs::remove(file("cut/checkpoints/000002.segment"));
  expect_contains(error_of([&] { run("cut", IfRunExists::resume); }), "cannot be resumed");
}

}  // namespace
}  // namespace sinew
