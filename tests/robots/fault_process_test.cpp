// Processes that are killed or frozen, on either side of the link.
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>

#include "core/clock.h"
#include "core/error.h"
#include "tests/robots/reaction.h"

namespace sinew {
namespace {

// tests/robots/fake_process.cpp with these arguments; killed in the destructor, and also if the test process ends.
class Process {
 public:
  explicit Process(std::vector<std::string> words) {
    words.insert(words.begin(), SINEW_FAKE_PROCESS);
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    int in[2], out[2];
    if (::pipe(in) != 0 || ::pipe(out) != 0) fail_errno("cannot make a pipe", errno);
    pid_ = ::fork();
    if (pid_ < 0) fail_errno("cannot fork", errno);
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      for (const int file : {in[0], in[1], out[0], out[1]}) ::close(file);
      ::execv(pointers[0], pointers.data());
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_ = out[0];
  }
  ~Process() {
    if (pid_ > 0) kill_it();
    ::close(input_);
    ::close(output_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const { ::kill(pid_, number); }
  void kill_it() {
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  void say(const std::string& line) const {
    const std::string bytes = line + "\n";
    if (::write(input_, bytes.data(), bytes.size()) < 0) fail_errno("cannot write to a process", errno);
  }
  // The next line that begins so; "" if none comes.
  std::string line(const std::string& beginning) const {
    while (true) {
      std::string line;
      pollfd output{output_, POLLIN, 0};
      char byte = 0;
      bool whole = false;
      while (!whole && ::poll(&output, 1, 20000) > 0 && ::read(output_, &byte, 1) == 1) {
        whole = byte == '\n';
        if (!whole) line += byte;
      }
      if (!whole || line.starts_with(beginning)) return line;
    }
  }

 private:
  pid_t pid_ = -1;
  int input_ = -1, output_ = -1;
};

// A robot in this process, moved by a separate process.
struct Moved {
  RobotConfig config = fake_config();
  FakeBody body{config};
  RunningRobot robot{config, body};
  std::unique_ptr<Process> policy;

  Moved() {
    body.stir = 0.5;
    start();
  }
  void start() {
    policy = std::make_unique<Process>(std::vector<std::string>{"policy", robot.config().address});
    EXPECT_EQ(policy->line("connected"), "connected");
  }
  // Whether it obeys any policy.
  bool moves() {
    const double since = now_seconds();
    return soon([&] { return robot.obeyed_at() > since + 0.05; }, 20);
  }
  Mode mode() { return robot.server().mode(); }
  // Requests made before the link is back are discarded.
  void recover() {
    EXPECT_TRUE(soon(
        [&] {
          policy->say("acknowledge");
          return soon([&] { return mode() == Mode::inactive; }, 0.1);
        },
        20));
    policy->say("arm");
    EXPECT_TRUE(moves());
    EXPECT_EQ(body.outside, 0u);
  }
};

TEST(FaultProcess, ThePolicyIsKilled) {
  Moved moved;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(moved.moves());
    const double fault_at = now_seconds();
    moved.policy->kill_it();
    expect_stop("the policy's process is killed", fault_at, moved.robot, moved.body);
    // A new one may connect once the old one's loss is detected.
    const auto is_loss = [](const std::string& event) { return event.starts_with("the policy 'fake' is gone"); };
    ASSERT_TRUE(soon([&] { return std::ranges::count_if(moved.robot.events(), is_loss) > i; }));
    moved.start();
    EXPECT_EQ(moved.mode(), Mode::stopped) << "what a new one asks for does not end a stop";
    moved.recover();
  }
}

TEST(FaultProcess, ThePolicyIsFrozen) {
  Moved moved;
  ASSERT_TRUE(moved.moves());
  for (const double frozen : {0.25, 1.0}) {  // s: shorter and longer than the robot's timeout for it
    const double fault_at = now_seconds();
    moved.policy->signal(SIGSTOP);
    expect_stop(fmt::format("the policy's process is frozen for {} s", frozen), fault_at, moved.robot, moved.body);
    std::this_thread::sleep_for(std::chrono::duration<double>(fault_at + frozen - now_seconds()));
    moved.policy->signal(SIGCONT);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_EQ(moved.mode(), Mode::stopped) << "it goes on by itself";
    moved.recover();
  }
}

struct Served {
  RobotConfig config = fake_config();
  std::unique_ptr<Process> robot;
  Served() { start("tcp://127.0.0.1:*", "tcp://127.0.0.1:*"); }
  void start(const std::string& address, const std::string& stop_address) {
    robot = std::make_unique<Process>(std::vector<std::string>{"robot", address, stop_address});
    std::istringstream line(robot->line("listens on "));
    std::string word;
    line >> word >> word >> config.address >> config.stop_address;
  }
  void restart() { start(config.address, config.stop_address); }
};

// It restarts at the same address, and counts sessions and observations from 1 again.
TEST(FaultProcess, TheRobotIsKilledAndStartedAgain) {
  Served served;
  const Policy policy = fake_policy("{actor: [{linear: 8}, {lstm: 8}], actor_gain: 1}");
  std::mutex mutex;
  std::vector<PolicyDecision> decisions;
  PolicyClient::Options options{.link = {.policy_name = "fake"}, .real_time = false};
  options.on_decision = [&](const PolicyDecision& decision) {
    const std::lock_guard lock(mutex);
    decisions.push_back(decision);
  };
  PolicyClient client(policy, served.config, options);
  const auto arm = [&] {
    const std::lock_guard lock(mutex);
    decisions.clear();
    client.arm();
  };
  const auto acts = [&] {
    const uint64_t before = client.counters().actions;
    return soon([&] { return client.counters().actions > before + 10; });
  };
  arm();
  ASSERT_TRUE(acts());
  for (int i = 0; i < 2; ++i) {
    const uint64_t session = client.robot().session;
    const double fault_at = now_seconds();
    served.robot->kill_it();
    ASSERT_TRUE(soon([&] { return !client.robot().connected; }));
    report_reaction("the robot's process is killed: the policy's side knows", now_seconds() - fault_at,
                    served.config.link_timeout + 0.02);
    const uint64_t actions = client.counters().actions;
    served.restart();
    const double restarted_at = now_seconds();
    ASSERT_TRUE(soon([&] { return client.robot().connected && client.robot().mode == Mode::inactive; }));
    report_reaction("the robot's process is started again: the link is back", now_seconds() - restarted_at, 0.5);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(client.robot().mode, Mode::inactive) << "it is armed by itself";
    EXPECT_EQ(client.counters().actions, actions);
    arm();
    ASSERT_TRUE(acts());
    EXPECT_GT(client.robot().session, session);
    // Only the first decision of the new session had an empty memory.
    const std::lock_guard lock(mutex);
    const auto first = std::ranges::find_if(decisions, [&](const auto& one) { return one.session > session; });
    ASSERT_NE(first, decisions.end());
    EXPECT_TRUE(first->starts_anew);
    EXPECT_EQ(first->sequence, 1u);
    EXPECT_FALSE(std::any_of(first + 1, decisions.end(), [](const auto& one) { return one.starts_anew; }));
    EXPECT_LT(first->answers, 200u) << "observations count from 1 again";
  }
  client.check();
}

TEST(FaultProcess, TheRobotIsFrozen) {
  Served served;
  const Policy policy = fake_policy();
  PolicyClient client(policy, served.config, {.link = {.policy_name = "fake"}, .real_time = false});
  client.arm();
  ASSERT_TRUE(soon([&] { return client.counters().actions > 10; }));
  const double fault_at = now_seconds();
  served.robot->signal(SIGSTOP);
  ASSERT_TRUE(soon([&] { return !client.robot().connected; }));
  report_reaction("the robot's process is frozen: the policy's side knows", now_seconds() - fault_at,
                  served.config.link_timeout + 0.02);
  const double thawed_at = now_seconds();
  served.robot->signal(SIGCONT);
  EXPECT_NE(served.robot->line("stopped ("), "");
  report_reaction("the robot's process goes on: it stops", now_seconds() - thawed_at, reaction_bound(served.config));
  ASSERT_TRUE(soon([&] { return client.robot().connected && client.robot().mode == Mode::stopped; }));
  client.acknowledge();
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::inactive; }));
  client.arm();
  EXPECT_TRUE(soon([&] { return client.robot().mode == Mode::armed; }));
  client.check();
}

}  // namespace
}  // namespace sinew
