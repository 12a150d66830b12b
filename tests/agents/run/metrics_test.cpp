// metrics.csv and the TensorBoard event file beside it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <cstring>
#include <filesystem>
#include <map>

#include "agents/run/metrics_log.h"
#include "agents/run/tensorboard.h"
#include "core/error.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

class MetricsTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string event_file() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      if (entry.path().filename().string().starts_with("events.out.tfevents.")) return entry.path().string();
    return "";
  }

  std::string folder_ = testing::TempDir() + "sinew_metrics_" + std::to_string(::getpid());
};

template <class T>
T take(std::string_view& bytes) {
  T value;
  EXPECT_GE(bytes.size(), sizeof value);
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return value;
}

uint64_t take_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = take<uint8_t>(bytes);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

// What a protobuf message holds, by field number, read without the generated code: the wire format
// is what TensorBoard sees.
struct Field {
  uint64_t bits = 0;
  std::string bytes;
};
std::multimap<int, Field> fields_of(std::string_view message) {
  std::multimap<int, Field> fields;
  while (!message.empty()) {
    const uint64_t key = take_varint(message);
    Field field;
    switch (key & 7) {
      case 0: field.bits = take_varint(message); break;
      case 1: field.bits = take<uint64_t>(message); break;
      case 5: field.bits = take<uint32_t>(message); break;
      case 2: {
        const uint64_t size = take_varint(message);
        field.bytes = message.substr(0, size);
        message.remove_prefix(size);
        break;
      }
      default: ADD_FAILURE() << "wire type " << (key & 7);
    }
    fields.emplace(static_cast<int>(key >> 3), field);
  }
  return fields;
}

std::vector<std::string> records_of(const std::string& path) {
  const std::string content = read_file(path);
  std::string_view bytes = content;
  std::vector<std::string> records;
  while (!bytes.empty()) {
    const std::string_view length_bytes = bytes.substr(0, 8);
    const auto length = take<uint64_t>(bytes);
    EXPECT_EQ(take<uint32_t>(bytes), masked_crc32c(length_bytes));
    const std::string_view payload = bytes.substr(0, length);
    bytes.remove_prefix(length);
    EXPECT_EQ(take<uint32_t>(bytes), masked_crc32c(payload));
    records.emplace_back(payload);
  }
  return records;
}

TEST(Crc32c, KnownVectors) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);  // RFC 3720, B.4
}

TEST_F(MetricsTest, WritesRowsWithEmptyCells) {
  MetricsLog log(folder_, {"rollout/ep_rew_mean", "eval/mean_reward", "time/fps"});
  log.record("rollout/ep_rew_mean", -1.5);
  log.record("time/fps", 32000);
  log.write_row(2048);
  log.record("eval/mean_reward", 1);
  log.record("eval/mean_reward", 0.1);  // the last one counts
  log.write_row(4096);
  log.write_row(6144);  // nothing recorded: no row
  EXPECT_EQ(read_file(folder_ + "/metrics.csv"),
            "time/total_timesteps,rollout/ep_rew_mean,eval/mean_reward,time/fps\n"
            "2048,-1.5,,32000\n"
            "4096,,0.1,\n");
}

TEST_F(MetricsTest, TensorBoardReadsTheSameScalars) {
  MetricsLog log(folder_, {"rollout/ep_rew_mean", "time/fps"});
  log.record("rollout/ep_rew_mean", -1.5);
  log.record("time/fps", 32000);
  log.write_row(5000000000);
  log.write_row(5000000001);  // nothing recorded: no row, no event

  const std::vector<std::string> records = records_of(event_file());
  ASSERT_EQ(records.size(), 2u);
  const auto version = fields_of(records[0]);
  EXPECT_EQ(version.find(3)->second.bytes, "brain.Event:2");
  EXPECT_GT(std::bit_cast<double>(version.find(1)->second.bits), 1.7e9);

  const auto event = fields_of(records[1]);
  EXPECT_EQ(event.find(2)->second.bits, 5000000000u);
  std::map<std::string, float> scalars;
  const auto summary = fields_of(event.find(5)->second.bytes);
  for (const auto& [number, value] : summary) {
    EXPECT_EQ(number, 1);
    const auto parts = fields_of(value.bytes);
    scalars[parts.find(1)->second.bytes] = std::bit_cast<float>(static_cast<uint32_t>(parts.find(2)->second.bits));
  }
  EXPECT_EQ(scalars, (std::map<std::string, float>{{"rollout/ep_rew_mean", -1.5f}, {"time/fps", 32000.0f}}));
}

TEST_F(MetricsTest, RefusesWhatWasNotDeclared) {
  MetricsLog log(folder_, {"train/approx_kl"});
  try {
    log.record("train/aprox_kl", 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the metric 'train/aprox_kl' was not declared; did you mean 'train/approx_kl'?");
  }
  EXPECT_THROW(MetricsLog(folder_, {"a", "a"}), Error);
  EXPECT_THROW(MetricsLog(folder_, {"time/total_timesteps"}), Error);
  EXPECT_THROW(MetricsLog(folder_, {"a,b"}), Error);
}

TEST_F(MetricsTest, AFullDiskIsAnErrorThatNamesTheFile) {
  std::filesystem::create_symlink("/dev/full", folder_ + "/metrics.csv");
  try {
    MetricsLog log(folder_, {"time/fps"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("metrics.csv': No space left"), std::string::npos) << error.what();
    EXPECT_EQ(error.exit_code(), 1);
  }
}

TEST_F(MetricsTest, AMissingFolderIsTheUsersFault) {
  try {
    MetricsLog log(folder_ + "/none", {"time/fps"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 2);
  }
}

}  // namespace
}  // namespace sinew
