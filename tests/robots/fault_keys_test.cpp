// Keys: a peer without a key, or with a wrong one, neither moves nor stops a robot, nor disturbs a peer with the right
// one.
#include "core/clock.h"
#include "robots/link/emergency_stop.h"
#include "robots/link/socket_security.h"
#include "tests/core/expect_error.h"
#include "tests/robots/hand_policy.h"
#include "tests/robots/reaction.h"

namespace sinew {
namespace {

struct GuardedRobot {
  KeyPair own = make_key_pair(), listed = make_key_pair(), stranger = make_key_pair();
  RobotConfig config = fake_config();
  FakeBody body{config};
  RunningRobot robot{
      config, body, {.security = RobotSecurity{.own = own, .allowed = {{{"policy", listed.public_key}}}}}};
  const Policy policy = fake_policy();

  // The error of a policy's side with these keys that expects a robot with that key.
  std::string connection_error(const SecureSocket& secure) {
    return error_of([&] {
      PolicyClient client(
          policy, robot.config(),
          {.link = {.policy_name = "fake", .secure = secure}, .connect_timeout = 0.4, .real_time = false});
    });
  }
  SecureSocket keys(const KeyPair& of, const std::string& server_key) const {
    return [of, server_key](void* socket) { trust_server(socket, of, server_key); };
  }
  bool has_event(const std::string& part) {
    return soon([&] { return join(robot.events()).find(part) != std::string::npos; });
  }
};

TEST(FaultKeys, WhoHasNoneOrAWrongOneIsNotLetIn) {
  GuardedRobot guarded;
  HandPolicy friendly(guarded.robot.config(), guarded.keys(guarded.listed, guarded.own.public_key));
  ASSERT_TRUE(friendly.connect() && friendly.arm()) << friendly.refused;
  const double begin = now_seconds();
  std::atomic<bool> done{false};
  std::thread others([&] {
    const std::string unlisted = guarded.connection_error(guarded.keys(guarded.stranger, guarded.own.public_key));
    expect_contains(unlisted, "no robot answers at ");
    expect_contains(unlisted, "and does its allow-list have the policy's public key?");
    EXPECT_TRUE(
        guarded.has_event("not let in: 127.0.0.1 (its key is not on the allow-list: " + guarded.stranger.public_key));
    expect_contains(guarded.connection_error({}), "no robot answers at ");
    expect_contains(guarded.connection_error(guarded.keys(guarded.listed, guarded.stranger.public_key)),
                    "no robot answers");
    const std::string& address = guarded.robot.config().stop_address;
    for (const SecureSocket& secure : {SecureSocket{}, guarded.keys(guarded.stranger, guarded.own.public_key)})
      expect_contains(error_of([&] { emergency_stop(address, secure, "by a stranger", 0.3); }), "does not confirm");
    done = true;
  });
  EXPECT_TRUE(friendly.until([&] { return done.load(); }, 20));
  others.join();
  friendly.live(0.05);
  EXPECT_EQ(friendly.seen.mode, Mode::armed);
  EXPECT_LT(guarded.robot.stopped_at(), begin) << "it stopped";
  EXPECT_EQ(guarded.body.outside, 0u);
}

TEST(FaultKeys, WhoHasTheRightOneStopsIt) {
  GuardedRobot guarded;
  const SecureSocket secure = guarded.keys(guarded.listed, guarded.own.public_key);
  HandPolicy friendly(guarded.robot.config(), secure);
  ASSERT_TRUE(friendly.connect() && friendly.arm()) << friendly.refused;
  const double pressed_at = now_seconds();
  std::thread somebody([&] { emergency_stop(guarded.robot.config().stop_address, secure, "by a friend", 5); });
  expect_stop("emergency stop, with keys", pressed_at, guarded.robot, guarded.body, [&] { friendly.live(0.001); });
  somebody.join();
  release_emergency_stop(guarded.robot.config().stop_address, secure, "by a friend", 20);
  EXPECT_TRUE(friendly.recover());
}

}  // namespace
}  // namespace sinew
