// Checkpoint files: what is damaged is found out, and a good one is always left.
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "agents/run/checkpoint_folder.h"
#include "agents/run/run_identity.h"
#include "core/safe_file.h"
#include "tests/agents/checkpoint_text.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

CheckpointContent some(int64_t step) {
  return {.head = {.software = "0.1.0", .machine = "a CPU", .step = step},
          .sections = {{"a", "weights"}, {"b", ""}, {"c", "x"}}};
}

TEST(CheckpointFile, GivesBackWhatItTook) {
  CheckpointContent content = some(7);
  content.segments = {{"buffer", "000001.segment", 3, 2, 16, "f00d"}, {"buffer", "000002.segment", 5, 1, 8, ""}};
  const std::string text = format_checkpoint(content);
  EXPECT_EQ(parse_checkpoint(text, "test"), content);
  EXPECT_EQ(Checkpoint::segments_named_by(access_text(text), "test"), content.segments);
  const Checkpoint checkpoint(access_text(text), "test");
  EXPECT_EQ(checkpoint.size_of("a"), 7u);
  std::string half(3, ' ');
  const ByteSource source = checkpoint.open("a");
  source(half);
  EXPECT_EQ(half, "wei");
  source(half);
  EXPECT_EQ(half, "ght");
  expect_contains(error_of([&] { checkpoint.section("d"); }), "the checkpoint of step 7 has no section 'd'");
}

TEST(CheckpointFile, EveryFlippedBitIsFound) {
  const std::string good = format_checkpoint(some(7));
  for (size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    EXPECT_THROW(parse_checkpoint(bad, "test"), Error) << "bit " << bit;
  }
}

TEST(CheckpointFile, EveryCutIsFound) {
  const std::string good = format_checkpoint(some(7));
  for (size_t length = 0; length < good.size(); ++length)
    EXPECT_THROW(parse_checkpoint(good.substr(0, length), "test"), Error) << length;
  EXPECT_THROW(parse_checkpoint(good + "x", "test"), Error);
  expect_contains(error_of([&] { parse_checkpoint("", "the checkpoint 'x'"); }), "the checkpoint 'x': it is empty");
  expect_contains(error_of([&] { parse_checkpoint("task: ant", "x"); }), "it is not a checkpoint of sinew");
}

// A head of another format, with the checksum that it then has.
std::string of_format(uint32_t version) {
  std::string content = format_checkpoint(some(7));
  std::memcpy(content.data() + 8, &version, sizeof version);
  uint32_t head = 0;
  std::memcpy(&head, content.data() + 12, sizeof head);
  Sha256 hash;
  hash.update(content.data(), 16 + head);
  return content.replace(16 + head, 64, hash.hex_digest());
}

TEST(CheckpointFile, AnotherFormatSaysWhoWroteIt) {
  EXPECT_NO_THROW(parse_checkpoint(of_format(4), "test"));
  for (const uint32_t version : {0u, 2u, 3u, 5u}) {
    EXPECT_THROW(parse_checkpoint(of_format(version), "test"), OtherFormat);
    expect_contains(error_of([&] { parse_checkpoint(of_format(version), "test"); }),
                    fmt::format("it was written by sinew 0.1.0 in the format {}", version));
  }
}

class CheckpointFolderTest : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(path_); }
  void save(const CheckpointContent& content, std::optional<int64_t> best_step) const {
    folder_.save(content.head, best_step, [&](CheckpointWriter& out) {
      for (const auto& [name, bytes] : content.sections) out.section(name, bytes);
      return content.segments;
    });
  }
  std::optional<CheckpointContent> newest() const {
    const auto found = folder_.newest();
    return found.checkpoint ? std::optional(content_of(*found.checkpoint)) : std::nullopt;
  }
  void damage(int64_t step) const { write_file_atomically(folder_.file(step), "SINEWCKP"); }

  const std::string path_ = testing::TempDir() + "sinew_checkpoints_" + std::to_string(::getpid());
  const CheckpointFolder folder_{path_};
};

TEST_F(CheckpointFolderTest, KeepsTheLastTwoAndTheBest) {
  EXPECT_FALSE(folder_.newest().checkpoint);
  EXPECT_TRUE(folder_.steps().empty());
  for (int64_t step = 10; step <= 50; step += 10) save(some(step), step < 20 ? step : 20);
  EXPECT_EQ(folder_.steps(), (std::vector<int64_t>{20, 40, 50}));
  EXPECT_EQ(newest(), some(50));
  save(some(60), std::nullopt);
  EXPECT_EQ(folder_.steps(), (std::vector<int64_t>{50, 60}));
}

TEST_F(CheckpointFolderTest, GoesBackToTheNewestGoodOne) {
  for (const int64_t step : {10, 20, 30}) save(some(step), 10);
  damage(30);
  const auto found = folder_.newest();
  EXPECT_EQ(newest(), some(20));
  ASSERT_EQ(found.damaged.size(), 1u);
  expect_contains(found.damaged[0], "step_000000000030.checkpoint': it is cut short");
  save(some(25), 10);  // what comes after it now was a future that did not happen
  EXPECT_EQ(folder_.steps(), (std::vector<int64_t>{10, 20, 25}));
  for (const int64_t step : folder_.steps()) damage(step);
  EXPECT_FALSE(folder_.newest().checkpoint);
  EXPECT_EQ(folder_.newest().damaged.size(), 3u);
}

TEST_F(CheckpointFolderTest, RefusesToGoBackBehindANewerSoftware) {
  save(some(10), std::nullopt);
  write_file_atomically(folder_.file(20), of_format(5));
  expect_contains(error_of([&] { folder_.newest(); }), "continue with the version that wrote it");
}

TEST_F(CheckpointFolderTest, OneThatCannotBeWrittenLeavesNothing) {
  save(some(10), std::nullopt);
  const auto interrupted = [&] {
    folder_.save(some(20).head, std::nullopt, [](CheckpointWriter& out) -> std::vector<Segment> {
      out.section("a", "half");
      fail("the disk is full");
    });
  };
  expect_contains(error_of(interrupted), "the disk is full");
  EXPECT_EQ(newest(), some(10));
  EXPECT_EQ(std::distance(fs::directory_iterator(path_), {}), 1);
}

TEST_F(CheckpointFolderTest, OtherFilesAreNoCheckpoints) {
  save(some(10), std::nullopt);
  for (const char* name : {"step_x.checkpoint", "step_.checkpoint", "step_12.checkpoint.tmp.7", "step_-3.checkpoint"})
    write_file_atomically(path_ + "/" + name, "mine");
  EXPECT_EQ(folder_.steps(), std::vector<int64_t>{10});
  save(some(20), std::nullopt);
  save(some(30), std::nullopt);
  EXPECT_TRUE(fs::exists(path_ + "/step_x.checkpoint"));
}

TEST(SameRun, NamesEachKeyThatDiffers) {
  const RunIdentity saved{"total_timesteps: 100\nseed: 1\nalgorithm: {gamma: 0.99, n_steps: 8}\n",
                          "reward: {forward: {weight: 1}}\n",
                          {"", "f00d", ""}};
  EXPECT_NO_THROW(check_same_run(saved, saved));
  RunIdentity present = saved;
  present.config = "total_timesteps: 200\nseed: 1\nalgorithm: {gamma: 0.99, n_steps: 8}\n";
  EXPECT_NO_THROW(check_same_run(saved, present));
  expect_contains(error_of([&] { check_same_run(present, saved); }), "total_timesteps: 200 in the run, 100 now");

  present.config = "total_timesteps: 100\nseed: 2\nalgorithm: {gamma: 0.98, clip: 3}\n";
  present.task = "reward: {forward: {weight: 2}}\n";
  const std::string text = error_of([&] { check_same_run(saved, present); });
  for (const char* part :
       {"seed: 1 in the run, 2 now", "algorithm.gamma: 0.99 in the run, 0.98 now", "algorithm.n_steps: 8 in the run",
        "algorithm.clip: nothing in the run, 3 now", "task.reward.forward.weight: 1 in the run, 2 now"})
    expect_contains(text, part);
  present = saved;
  present.model.fingerprint = "beef";
  expect_contains(error_of([&] { check_same_run(saved, present); }), "the compiled model");
}

}  // namespace
}  // namespace sinew
