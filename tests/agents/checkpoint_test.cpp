// Checkpoint files: what is damaged is found out, and a good one is always left.
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "agents/checkpoint_folder.h"
#include "agents/resume.h"
#include "core/safe_file.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

Checkpoint some(int64_t step) {
  return {.software = "0.1.0", .machine = "a CPU", .step = step, .sections = {{"a", "weights"}, {"b", ""}, {"c", "x"}}};
}

TEST(CheckpointFile, GivesBackWhatItTook) {
  EXPECT_EQ(parse_checkpoint(format_checkpoint(some(7)), "test"), some(7));
  expect_contains(error_of([] { some(7).section("d"); }), "the checkpoint of step 7 has no section 'd'");
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
  expect_contains(error_of([&] { parse_checkpoint(good + "x", "test"); }), "1 bytes follow its last section");
  expect_contains(error_of([&] { parse_checkpoint("", "the checkpoint 'x'"); }), "the checkpoint 'x': it is empty");
  expect_contains(error_of([&] { parse_checkpoint("task: ant", "x"); }), "it is not a checkpoint of sinew");
}

// A header of another format, with the checksum that it then has.
std::string of_format(uint32_t version) {
  std::string content = format_checkpoint(some(7));
  std::memcpy(content.data() + 8, &version, sizeof version);
  uint32_t table = 0;
  std::memcpy(&table, content.data() + 12, sizeof table);
  Sha256 hash;
  hash.update(content.data(), 16 + table);
  return content.replace(16 + table, 64, hash.hex_digest());
}

TEST(CheckpointFile, AnotherFormatSaysWhoWroteIt) {
  EXPECT_NO_THROW(parse_checkpoint(of_format(3), "test"));
  for (const uint32_t version : {0u, 2u, 4u}) {
    EXPECT_THROW(parse_checkpoint(of_format(version), "test"), OtherFormat);
    expect_contains(error_of([&] { parse_checkpoint(of_format(version), "test"); }),
                    fmt::format("it was written by sinew 0.1.0 in the format {}", version));
  }
}

class CheckpointFolderTest : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(path_); }
  void damage(int64_t step) const { write_file_atomically(folder_.file(step), "SINEWCKP"); }

  const std::string path_ = testing::TempDir() + "sinew_checkpoints_" + std::to_string(::getpid());
  const CheckpointFolder folder_{path_};
};

TEST_F(CheckpointFolderTest, KeepsTheLastTwoAndTheBest) {
  EXPECT_FALSE(folder_.newest().checkpoint);
  EXPECT_TRUE(folder_.steps().empty());
  for (int64_t step = 10; step <= 50; step += 10) folder_.save(some(step), step < 20 ? step : 20);
  EXPECT_EQ(folder_.steps(), (std::vector<int64_t>{20, 40, 50}));
  EXPECT_EQ(folder_.newest().checkpoint, some(50));
  folder_.save(some(60), std::nullopt);
  EXPECT_EQ(folder_.steps(), (std::vector<int64_t>{50, 60}));
}

TEST_F(CheckpointFolderTest, GoesBackToTheNewestGoodOne) {
  for (const int64_t step : {10, 20, 30}) folder_.save(some(step), 10);
  damage(30);
  const auto found = folder_.newest();
  EXPECT_EQ(found.checkpoint, some(20));
  ASSERT_EQ(found.damaged.size(), 1u);
  expect_contains(found.damaged[0], "step_000000000030.checkpoint': it is cut short");
  folder_.save(some(25), 10);  // what comes after it now was a future that did not happen
  EXPECT_EQ(folder_.steps(), (std::vector<int64_t>{10, 20, 25}));
  for (const int64_t step : folder_.steps()) damage(step);
  EXPECT_FALSE(folder_.newest().checkpoint);
  EXPECT_EQ(folder_.newest().damaged.size(), 3u);
}

TEST_F(CheckpointFolderTest, RefusesToGoBackBehindANewerSoftware) {
  folder_.save(some(10), std::nullopt);
  write_file_atomically(folder_.file(20), of_format(4));
  expect_contains(error_of([&] { folder_.newest(); }), "go on with the version that wrote it");
}

TEST_F(CheckpointFolderTest, OtherFilesAreNoCheckpoints) {
  folder_.save(some(10), std::nullopt);
  for (const char* name : {"step_x.checkpoint", "step_.checkpoint", "step_12.checkpoint.tmp.7", "step_-3.checkpoint"})
    write_file_atomically(path_ + "/" + name, "mine");
  EXPECT_EQ(folder_.steps(), std::vector<int64_t>{10});
  folder_.save(some(20), std::nullopt);
  folder_.save(some(30), std::nullopt);
  EXPECT_TRUE(fs::exists(path_ + "/step_x.checkpoint"));
}

TEST(SameRun, NamesEachKeyThatDiffers) {
  const RunIdentity saved{"total_timesteps: 100\nseed: 1\nalgorithm: {gamma: 0.99, n_steps: 8}\n",
                          "reward: {forward: {weight: 1}}\n", {"", "f00d", ""}};
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
