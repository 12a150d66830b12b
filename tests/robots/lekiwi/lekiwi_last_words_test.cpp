// Every end of a LeKiwi session leaves the robot at rest: its host, which behaves like LeRobot's own bus, receives zero
// velocities with the held pose before either side exits, and its watchdog is not needed.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "core/clock.h"
#include "core/random.h"
#include "robots/link/latency_histogram.h"
#include "tests/robots/lekiwi_fixture.h"

namespace sinew {
namespace {

// The host's output to its wheels.
struct Wheels {
  double at = 0, x = 0, y = 0, theta = 0;
  std::string why;
  bool rest() const { return x == 0 && y == 0 && theta == 0; }
};

class LekiwiLastWords : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (!PythonPeer::has("zmq")) GTEST_SKIP() << "python3-zmq is not installed";
    host =
        std::make_unique<PythonPeer>("lekiwi_host.py", std::vector<std::string>{"--rate", std::to_string(GetParam())});
    std::istringstream(host->await("addresses")) >> commands >> observations;
    config = lekiwi_test_config(commands, observations);
    config.watches.age = 0.2;  // as in the shipped files: the slowest host that is obeyed has 5 Hz
  }
  std::vector<Wheels> wheels(double since) const {
    std::vector<Wheels> all;
    for (const std::string& line : host->lines("wheels")) {
      Wheels& one = all.emplace_back();
      std::istringstream(line) >> one.at >> one.x >> one.y >> one.theta >> one.why;
      if (one.at < since) all.pop_back();
    }
    return all;
  }
  // Drives until the base moves and for up to two more periods, then ends; returns the seconds from the end to the
  // base's rest.
  double end_of_a_session() {
    double ended_at = 0;
    {
      LekiwiBody body(config, [](const std::string&) {});
      const double began = now_seconds();
      std::vector<double> told(lekiwi_size, 0.1);
      double go_on_for = rng.uniform(0, 2.0 / GetParam());
      while (wheels(began).empty() || now_seconds() - began < go_on_for) {
        if (wheels(began).empty()) go_on_for = now_seconds() - began + rng.uniform(0, 2.0 / GetParam());
        body.measure();
        body.command(told);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      ended_at = now_seconds();
    }
    const double left_at = now_seconds();
    EXPECT_GE(left_at - ended_at, 2 * config.watches.age);
    EXPECT_TRUE(soon([&] { return std::ranges::any_of(wheels(ended_at), &Wheels::rest); }));
    const std::vector<Wheels> after = wheels(ended_at);
    const auto rest = std::ranges::find_if(after, &Wheels::rest);
    if (rest == after.end()) return 1e9;
    EXPECT_EQ(rest->why, "command") << "the host's watchdog had to do it";
    EXPECT_TRUE(std::all_of(rest, after.end(), [](const Wheels& one) { return one.rest(); }));
    EXPECT_TRUE(host->lines("failed").empty()) << host->lines("failed").back();
    return rest->at - ended_at;
  }

  std::unique_ptr<PythonPeer> host;
  std::string commands, observations;
  RobotConfig config;
  Rng rng{7};
};

TEST_P(LekiwiLastWords, TheBaseIsToldToRestWheneverItEnds) {
  for (int i = 0; i < 4; ++i) end_of_a_session();
}

// Run by hand, for docs/robots/lekiwi.md, on an idle machine: within a period of the host and 50 ms, every time.
TEST_P(LekiwiLastWords, DISABLED_FiftyEnds) {
  LatencyHistogram times;
  for (int i = 0; i < 50; ++i) {
    const double seconds = end_of_a_session();
    times.add(seconds);
    EXPECT_LE(seconds, 1.0 / GetParam() + 0.05) << "end " << i;
  }
  fmt::print("{} Hz, from the end to the base's rest: {}\n", GetParam(), times.text());
}

INSTANTIATE_TEST_SUITE_P(Rates, LekiwiLastWords, testing::Values(10, 15, 30),
                         [](const auto& rate) { return std::to_string(rate.param) + "Hz"; });

}  // namespace
}  // namespace sinew
