// Whether `sinew link-check` detects a robot's errors: the example in Python keeps each duty, and a change of its text
// breaks each duty once.
#include "robots/check/link_check.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <sstream>
#include <thread>

#include "tests/core/expect_error.h"
#include "tests/robots/child_robot.h"
#include "tests/robots/fake_robot.h"
#include "tests/robots/hand_policy.h"

namespace sinew {
namespace {

const std::string robot_file = SINEW_SOURCE_DIR "/examples/robot.yaml", example = SINEW_SOURCE_DIR "/examples/robot.py";

std::string text_of_example() {
  std::ifstream file(example);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

bool has_python() {
  static const bool has = std::system("/usr/bin/python3 -c 'import zmq, msgpack' 2>/dev/null") == 0;
  return has;
}

// The broken duty, and the change that breaks it: in the example's text, `original` becomes `changed`.
struct Mutation {
  const char *duty, *original, *changed;
};

std::ostream& operator<<(std::ostream& out, const Mutation& mutation) {
  return out << mutation.duty << ": " << mutation.original << " becomes " << mutation.changed;
}

const std::vector<Mutation> mutations = {
    {"welcomes", R"(send(sender, "welcome", version=2,)", R"(send(sender, "welcome", version=2, mood="good",)"},
    {"is what its file says", R"(welcome", version=2, robot="pan_tilt", limits=LIMITS)",
     R"(welcome", version=2, robot="pan_tilt", limits=[dict(limit, velocity=5) for limit in LIMITS])"},
    {"is what its file says", R"(units=UNITS, low=LOW, high=HIGH)", R"(units=["deg", "deg"], low=LOW, high=HIGH)"},
    {"is what its file says", R"(RATE, MAX_AGE, WATCHDOG, BLEND, LINK_TIMEOUT = 50, 0.06, 0.2,)",
     R"(RATE, MAX_AGE, WATCHDOG, BLEND, LINK_TIMEOUT = 50, 0.06, 20,)"},
    {"is what its file says", R"(robot="pan_tilt")", R"(robot="pan_and_tilt")"},
    {"refuses other versions", R"(if hello["version"] != 2:)", R"(if hello["version"] == 2.5:)"},
    {"refuses other limits", R"((("limits", hello["limits"], LIMITS), )", R"(()"},
    {"refuses other times", R"(("timing", hello["timing"], TIMING),)", ""},
    {"refuses other actions", R"(("actions", hello["interface"]["actions"], INTERFACE["actions"]))", ""},
    {"refuses other sensors", R"(    if strange: return)", R"(    if False: return)"},
    {"obeys one controller", R"(if me.controller not in (b"", sender):)", R"(if False:)"},
    {"lets a silent controller go", R"(if now - me.heard > LINK_TIMEOUT:)", R"(if False:)"},
    {"observes at its rate", R"(time.sleep(1 / RATE - time.monotonic() % (1 / RATE)))", R"(time.sleep(3 / RATE))"},
    {"counts and stamps", R"(sequence=me.sequence, stamp=now)", R"(sequence=me.sequence, stamp=1.5)"},
    {"counts and stamps", R"(    me.sequence += 1)", R"(    me.sequence += me.sequence < 12)"},
    {"counts and stamps", R"(session=me.session * (me.mode == ARMED))", R"(session=me.session + 1)"},
    {"says what was announced", R"(struct.pack("<2f", *servos.position))", R"(struct.pack("<1f", 0))"},
    {"says what was announced", R"(struct.pack("<4d", *servos.position, *servos.velocity))",
     R"(struct.pack("<4d", 57.3, 0, *servos.velocity))"},
    {"says what was announced", R"(struct.pack("<2f", *servos.position))", R"(struct.pack("<2f", math.nan, 0))"},
    {"answers heartbeats", R"(sent=message["sent"], received=now)", R"(sent=message["sent"], received=17.0)"},
    {"answers heartbeats", R"(if kind == "heartbeat":)", R"(if kind == "heart":)"},
    {"survives rubbish", R"(        except Exception as error:)", R"(        except ZeroDivisionError as error:)"},
    {"obeys", R"(me.action, me.action_age, me.obeyed = action["sequence"],)",
     R"(me.action, me.action_age, me.obeyed = min(action["sequence"], 3),)"},
    {"refuses numbers that are none", R"((not all(map(math.isfinite, values)), "not finite"),)", ""},
    {"refuses other sizes", R"((len(values) != 2, "not one number for each actuator"),)",
     R"((not values, "no numbers"),)"},
    {"refuses other sessions", R"( or action["session"] != me.session)", ""},
    {"refuses what is repeated", R"((action["sequence"] <= me.action, "repeated or overtaken"),)", ""},
    {"refuses what is too late", R"(not 0 <= now - action["observed_at"] <= MAX_AGE)", "False"},
    {"refuses other stamps", R"(me.stamps.get(action["answers"]) != action["observed_at"])", "False"},
    {"limits", R"(        me.target[i], me.rate[i] = target,)", R"(        me.target[i], me.rate[i] = values[i],)"},
    {"stops by its watchdog", R"(if now - me.obeyed > WATCHDOG:)", R"(if now - me.heard > WATCHDOG:)"},
    {"stops by its watchdog", R"(if now - me.obeyed > WATCHDOG:)", R"(if now - me.obeyed > 5 * WATCHDOG:)"},
    {"stops by its watchdog", R"(if now - me.obeyed > WATCHDOG:)", R"(if now - me.obeyed > WATCHDOG / 4:)"},
    {"stays stopped", R"(if kind == "arm" and me.mode == INACTIVE)", R"(if kind == "arm" and me.mode != ARMED)"},
    {"stays stopped", R"(me.controller, me.heard, me.mode = sender, now, max(me.mode, INACTIVE))",
     R"(me.controller, me.heard, me.mode = sender, now, INACTIVE)"},
    {"takes no session twice", R"( and 0 < message["session"] - me.session <= 1 << 32:)", ":"},
    {"stops when told to", R"(if kind == "stop": halt(OPERATOR))", R"(if kind == "stop": pass)"},
    {"stops when told to", R"(if kind == "stop": halt(OPERATOR))", R"(if kind == "stop": halt(LINK_LOST))"},
    {"stops at a greeting", R"(halt(LINK_LOST, "the policy greeted again, so it has lost its state"))", "pass"},
    {"stops in silence", R"(if now - me.obeyed > WATCHDOG:)",
     R"(if now - me.heard < 0.1 and now - me.obeyed > WATCHDOG:)"},
    {"has an emergency stop", R"(if frames := receive(emergency): press(frames))", "pass"},
    {"has an emergency stop", R"(if not releases: halt(EMERGENCY))", R"(if not releases: pass)"},
    {"keeps its emergency stop", R"( and me.alarm != EMERGENCY:)", ":"},
    {"releases its emergency stop", R"(= "release")", R"(= "let go")"},
    {"releases its emergency stop", R"(elif me.alarm == EMERGENCY: me.mode,)", R"(elif me.alarm == EMERGENCY: _,)"},
};

// A robot with this program text; it ends with the test.
class PythonRobot {
 public:
  explicit PythonRobot(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / ("robot_" + std::to_string(::getpid()) + ".py")) {
    std::ofstream(path_) << text;
    robot_ = std::make_unique<ChildRobot>(std::vector<std::string>{"/usr/bin/python3", path_});
  }
  ~PythonRobot() { std::filesystem::remove(path_); }
  RobotConfig config() const { return robot_->config(robot_file); }

 private:
  std::string path_;
  std::unique_ptr<ChildRobot> robot_;
};

constexpr double patience = 20;  // s

// The broken ones among these duties; `only` empty: among all duties.
std::vector<DutyReport> broken_duties(const RobotConfig& config, const std::vector<std::string>& only,
                                      double connect_timeout = patience) {
  std::vector<DutyReport> reports =
      check_robot(config, {.arm = true, .connect_timeout = connect_timeout, .only = only});
  std::erase_if(reports, [](const DutyReport& report) { return report.outcome != DutyReport::Outcome::broken; });
  return reports;
}

std::string text_of(const std::vector<DutyReport>& reports) {
  std::string text;
  for (const DutyReport& report : reports) text += report.duty + ": " + report.remark + "\n";
  return text;
}

// On a busy computer a robot may stop for lack of actions during a duty's check: that check is then repeated.
std::string broken_in_the_end(const RobotConfig& config) {
  std::vector<DutyReport> broken = broken_duties(config, {});
  for (int i = 0; i < 5 && !broken.empty(); ++i) {
    std::vector<std::string> again;
    for (const DutyReport& report : broken) again.push_back(report.duty);
    broken = broken_duties(config, again);
  }
  return text_of(broken);
}

TEST(LinkCheck, TheRobotsOfTheExamplesKeepEachDuty) {
  auto in_python = std::async(std::launch::async, [] {
    return has_python() ? broken_in_the_end(PythonRobot(text_of_example()).config()) : "";
  });
  const ChildRobot robot({SINEW_EXAMPLE_ROBOT, robot_file});
  EXPECT_EQ(broken_in_the_end(robot.config(robot_file)), "");
  EXPECT_EQ(in_python.get(), "");
}

TEST(LinkCheck, UnarmedNothingMoves) {
  const RobotConfig config = fake_config();
  FakeBody body(config);
  RunningRobot robot(config, body);
  const std::vector<DutyReport> reports = check_robot(robot.config(), {.connect_timeout = 20});
  const auto count = [&](DutyReport::Outcome outcome) {
    return std::ranges::count(reports, outcome, &DutyReport::outcome);
  };
  EXPECT_EQ(count(DutyReport::Outcome::broken), 0) << text_of(reports);
  EXPECT_GT(count(DutyReport::Outcome::kept), 10);
  EXPECT_GT(count(DutyReport::Outcome::untried), 10);
  EXPECT_EQ(body.commands, 0u);
  EXPECT_NE(robot.server().mode(), Mode::armed);
}

class LinkCheckMutation : public ::testing::TestWithParam<Mutation> {};

TEST_P(LinkCheckMutation, IsFound) {
  if (!has_python()) GTEST_SKIP() << "examples/robot.py needs python3-zmq and python3-msgpack, which are not installed";
  std::string text = text_of_example();
  const Mutation& mutation = GetParam();
  const size_t place = text.find(mutation.original);
  ASSERT_NE(place, text.npos) << mutation.original << " is not in " << example;
  text.replace(place, std::string(mutation.original).size(), mutation.changed);
  const std::string duty = mutation.duty;
  std::vector<DutyReport> broken;
  // If a busy computer stopped the robot before the duty's turn, the duty was not checked: another robot is tried.
  for (int i = 0; i < 5 && broken.empty(); ++i) {
    PythonRobot robot(text);
    broken = broken_duties(robot.config(), {duty}, duty == "welcomes" ? 2 : patience);
  }
  ASSERT_EQ(broken.size(), 1u);
  fmt::print("{}: {}\n", mutation.duty, broken[0].remark);
}

INSTANTIATE_TEST_SUITE_P(All, LinkCheckMutation, ::testing::ValuesIn(mutations));

// --- policies

RobotConfig config_on_a_free_port() {
  RobotConfig config = fake_config();
  const LinkContext context;
  config.address = LinkSocket(context, LinkSocket::Kind::router, {}).bind(config.address);
  return config;
}

// The reports while this policy's side runs in its own thread.
std::vector<DutyReport> reports_of(
    const std::function<void(const RobotConfig&, const std::atomic<bool>& over)>& policy) {
  const RobotConfig config = config_on_a_free_port();
  std::atomic<bool> over{false};
  std::thread side([&] { policy(config, over); });
  const std::vector<DutyReport> reports = check_policy_side(config, {.connect_timeout = 20});
  over = true;
  side.join();
  return reports;
}

TEST(LinkCheck, OurPolicysSideKeepsEachDuty) {
  const auto policy_side = [](const RobotConfig& config, const std::atomic<bool>& over) {
    const Policy policy = fake_policy();
    PolicyClient client(policy, config, {.link = {.policy_name = "fake"}, .connect_timeout = 60, .real_time = false});
    EXPECT_TRUE(soon([&] { return client.robot().mode == Mode::inactive || over; }, 60));
    client.arm();
    soon([&] { return over.load(); }, 60);
  };
  const auto is_kept = [](const DutyReport& report) { return report.outcome == DutyReport::Outcome::kept; };
  std::vector<DutyReport> reports = reports_of(policy_side);
  // A busy computer may answer too late.
  for (int i = 0; i < 5 && !std::ranges::all_of(reports, is_kept); ++i) reports = reports_of(policy_side);
  EXPECT_TRUE(std::ranges::all_of(reports, is_kept)) << text_of(reports);
}

bool is_good(const ObservationMessage& seen) {
  return seen.numbers.size() == 4 && seen.joints.size() == 4 &&
         std::ranges::all_of(seen.numbers, [](float number) { return std::abs(number) < 100; });
}

// The behaviour of a handmade policy's side, and the duty that it breaks; "": none.
struct HandMutation {
  const char* duty;
  std::function<void(HandPolicy&)> before_welcome, after_welcome, when_armed, when_stopped;
};

std::string broken_by(const HandMutation& mutation) {
  const std::vector<DutyReport> reports = reports_of([&](const RobotConfig& config, const std::atomic<bool>& over) {
    HandPolicy hand(config);
    hand.act = [&hand](const ObservationMessage& seen) {
      if (is_good(seen)) hand.say(hand.answer(seen));
    };
    if (mutation.before_welcome) mutation.before_welcome(hand);
    if (!hand.connect(5)) return;
    if (mutation.after_welcome) mutation.after_welcome(hand);
    if (mutation.when_armed) mutation.when_armed(hand);
    hand.arm(5);
    hand.until([&] { return over || hand.seen.mode == Mode::stopped; }, 20);
    if (mutation.when_stopped) mutation.when_stopped(hand);
    hand.until([&] { return over.load(); }, 20);
  });
  for (const DutyReport& report : reports)
    if (report.outcome == DutyReport::Outcome::broken) return report.duty;
  return "";
}

TEST(LinkCheck, WhatAPolicysSideDoesWrongIsFound) {
  const HandMutation all[] = {
      {"", {}, {}, {}, {}},
      {"greets", [](HandPolicy& hand) { hand.hello.timing.watchdog = 9; }, {}, {}, {}},
      {"greets", [](HandPolicy& hand) { hand.hello.interface.actions.parts[0].units[0] = "deg"; }, {}, {}, {}},
      {"waits for a welcome",
       [](HandPolicy& hand) {
         for (int i = 0; i < 50; ++i) {
           hand.say(hand.hello);
           hand.say(Arm{1});
           hand.live(0.02);
         }
       },
       {},
       {},
       {}},
      {"says heartbeats", {}, [](HandPolicy&) { std::this_thread::sleep_for(std::chrono::seconds(3)); }, {}, {}},
      {"acts in a session alone",
       {},
       {},
       [](HandPolicy& hand) {
         hand.say(Arm{1});
         for (int i = 0; i < 10; ++i) {
           hand.say(Heartbeat{});
           hand.say(hand.answer(hand.seen));
           hand.live(0.1);
         }
       },
       {}},
      {"answers observations", {}, {}, [](HandPolicy& hand) { hand.act = nullptr; }, {}},
      {"answers observations",
       {},
       {},
       [](HandPolicy& hand) {
         hand.act = [&hand](const ObservationMessage& seen) {
           RobotAction action = hand.answer(seen);
           action.observed_at += 0.001;
           hand.say(action);
         };
       },
       {}},
      {"answers observations",
       {},
       {},
       [](HandPolicy& hand) {
         hand.act = [&hand](const ObservationMessage& seen) {
           RobotAction action = hand.answer(seen);
           action.values[0] = std::nan("");
           hand.say(action);
         };
       },
       {}},
      {"acts on no rubbish",
       {},
       {},
       [](HandPolicy& hand) { hand.act = [&hand](const ObservationMessage& seen) { hand.say(hand.answer(seen)); }; },
       {}},
      {"obeys a stop",
       {},
       {},
       {},
       [](HandPolicy& hand) {
         hand.live(0.5);
         hand.say(Arm{7});
       }},
  };
  // The checks mostly wait, so all run at once. Checks delayed by a busy computer are repeated.
  const auto broken_in_the_end = [](const HandMutation& mutation) {
    std::string broken = broken_by(mutation);
    for (int i = 0; i < 5 && broken != mutation.duty; ++i) broken = broken_by(mutation);
    return broken;
  };
  std::vector<std::future<std::string>> broken;
  for (const HandMutation& mutation : all)
    broken.push_back(std::async(std::launch::async, broken_in_the_end, mutation));
  for (size_t i = 0; i < broken.size(); ++i) EXPECT_EQ(broken[i].get(), all[i].duty) << "mutation " << i;
}

TEST(LinkCheck, ADutyThatThereIsNotIsNamed) {
  expect_contains(error_of([&] { check_robot(fake_config(), {.only = {"limit"}}); }),
                  "no duty is called 'limit'; did you mean 'limits'?");
}

TEST(LinkCheck, ARobotThatIsNotThere) {
  RobotConfig config = fake_config();
  config.address = "tcp://127.0.0.1:9";
  const std::vector<DutyReport> reports = check_robot(config, {.connect_timeout = 0.1});
  EXPECT_EQ(reports[0].outcome, DutyReport::Outcome::broken);
  expect_contains(reports[0].remark, "it does not welcome this side: no answer within 0.1 s");
  for (size_t i = 1; i < reports.size(); ++i) EXPECT_EQ(reports[i].outcome, DutyReport::Outcome::untried);
}

}  // namespace
}  // namespace sinew
