// Errors in a robot's file are reported with their position: every key, in every order of the file.
#include "robots/protocol/robot_config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "tests/core/expect_error.h"

namespace sinew {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;  // key and value

const Lines good = {{"robot", "arm"},
                    {"address", "tcp://127.0.0.1:5570"},
                    {"stop_address", "tcp://127.0.0.1:5571"},
                    {"rate", "100"},
                    {"control_rate", "200"},
                    {"max_age", "0.1"},
                    {"watchdog", "0.2"},
                    {"actuators",
                     "[{name: hip, command: position, position: [-1, 1], velocity: 2, acceleration: 9, step: 0.5, "
                     "when_stopped: hold}]"}};

class RobotConfigTest : public testing::Test {
 protected:
  ~RobotConfigTest() override { std::filesystem::remove(path_); }
  void write(const Lines& lines) const {
    std::ofstream file(path_);
    for (const auto& [key, value] : lines) file << key << ": " << value << "\n";
  }
  const std::string path_ = testing::TempDir() + "robot_config_" + std::to_string(::getpid()) + ".yaml";
};

TEST_F(RobotConfigTest, ErrorsNameTheirPlace) {
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"robot", "lab/arm"},
      {"address", "127.0.0.1:5570"},
      {"address", "tcp://127.0.0.1:99999"},
      {"stop_address", "tcp://127.0.0.1"},
      {"stop_address", "tcp://127.0.0.1:5570"},  // same as the other
      {"control_rate", "250"},
      {"max_age", "1"},
      {"watchdog", "0.01"},
      {"actuators", "[]"},
      {"robot_has_stop", "true"},
      {"accept", "[no_keys]"},
      {"wire", "{x: 1}"},
  };
  write(good);
  EXPECT_EQ(load_robot_config(path_).robot, "arm");
  for (const auto& [key, value] : mistakes)
    for (size_t shift = 0; shift < good.size(); ++shift) {
      Lines lines = good;
      std::rotate(lines.begin(), lines.begin() + static_cast<ptrdiff_t>(shift), lines.end());
      size_t line = 0;
      while (line < lines.size() && lines[line].first != key) ++line;
      if (line == lines.size()) lines.emplace_back(key, "");
      lines[line].second = value;
      write(lines);
      const std::string error = error_of([&] { load_robot_config(path_); });
      EXPECT_TRUE(error.starts_with(fmt::format("{}:{}:{}: {}: ", path_, line + 1, key.size() + 3, key))) << error;
    }
}

TEST_F(RobotConfigTest, ErrorsOfAnActuatorNameItsPlace) {
  const std::string hip = good.back().second.substr(1, good.back().second.size() - 2);
  const auto changed = [&](const std::string& was, const std::string& is) {
    std::string text = hip;
    return text.replace(text.find(was), was.size(), is);
  };
  for (const std::string& wrong : {hip, changed("hold", "damp"), changed("step: 0.5", "step: 0.5, scale: 0"),
                                   changed("position: [-1, 1]", "position: [1, -1]")}) {
    Lines lines = good;
    lines.back().second =
        "[" + hip + ", " + (wrong == hip ? wrong : wrong.substr(0, 7) + "knee" + wrong.substr(10)) + "]";
    write(lines);
    const std::string error = error_of([&] { load_robot_config(path_); });
    EXPECT_TRUE(error.starts_with(fmt::format("{}:{}:{}: ", path_, good.size(), 11 + 3 + hip.size() + 1))) << error;
  }
}

}  // namespace
}  // namespace sinew
