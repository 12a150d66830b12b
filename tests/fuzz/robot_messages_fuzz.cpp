// What comes over a robot's link, on either side: frames, through the reader, and from there to where they go.
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "core/clock.h"
#include "core/error.h"
#include "robots/control/policy_input.h"
#include "robots/control/robot_control.h"
#include "robots/protocol/handshake.h"
#include "robots/protocol/messages.h"
#include "tests/fuzz/link_messages.h"
#include "tests/fuzz/target.h"
#include "tests/robots/fake_robot.h"

namespace sinew::fuzz {

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (const Frames& frames : link_messages()) all.push_back(join_frames(frames));
  return all;
}

std::vector<std::string> words() { return link_words(); }

namespace {

// Both sides of a link without what lies between them.
struct Sides {
  const RobotConfig config = fake_config();
  const Policy policy = fake_policy("{actor: [{lstm: 4}]}");
  const Welcome welcome = make_welcome(config, fake_interface().sensors);
  FakeBody body{config};
  RobotControl robot{config, body};
  PolicyControl control{policy, config};
  PolicyInput input{control.controller(), config, welcome.interface};
  ArrivedObservation arrived = control.empty_observation();
  PolicyDecision decision = control.empty_decision();
  uint64_t session = 0;
  double now = 12.5;

  void take(const Hello& hello) { disagreement(hello, welcome); }
  void take(const Welcome& other) {
    check_welcome(other, control.controller(), config);
    PolicyInput(control.controller(), config, other.interface);
  }
  void take(const ObservationMessage& message) {
    if (input.accept(message, now, arrived)) control.act(arrived, now, decision);
  }
  // Armed, whatever came before.
  void take(RobotAction message) {
    for (const auto kind : {RobotRequest::Kind::configure, RobotRequest::Kind::stop, RobotRequest::Kind::acknowledge})
      robot.handle({kind}, now);
    tick(nullptr);
    robot.handle({RobotRequest::Kind::arm, ++session}, now);
    if (message.session == 1) message.session = session;
    if (message.observed_at == 12.5) message.observed_at = now;
    const ArrivedAction action{std::move(message), now};
    tick(&action);
    tick(nullptr);
  }
  template <class Other>
  void take(const Other&) {}

  void tick(const ArrivedAction* action) {
    now += 0.01;
    body.clock_shift = now - now_seconds();
    robot.tick(now, action, false);
    if (body.outside > 0) std::abort();  // an actuator was told what it must not be
  }
};

// What was understood means the same when it is said again.
void check_round_trip(const Message& message) {
  const Frames once = encode(message);
  if (once[0].size() > 1 << 18) return;  // its numbers were shorter than ours
  const std::vector<std::string_view> views(once.begin(), once.end());
  if (encode(decode(views)) != once) std::abort();
}

}  // namespace
}  // namespace sinew::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
  using namespace sinew;
  Rng rng(seed);
  fuzz::Frames frames = fuzz::split_frames(fuzz::text_of(data, size));
  for (uint32_t changes = 1 + rng.below(4); changes > 0; --changes)
    fuzz::change_frames(frames, rng, [](std::string text) {
      const size_t before = text.size();
      text.resize(before + 1024);
      text.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(text.data()), before, text.size()));
      return text;
    });
  const std::string text = fuzz::join_frames(frames).substr(0, max_size);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sinew;
  static fuzz::Sides sides;
  const fuzz::Frames frames = fuzz::split_frames(fuzz::text_of(data, size));
  const std::vector<std::string_view> views(frames.begin(), frames.end());
  Message message;
  try {
    message = decode(views);
  } catch (const Error&) {
    return 0;
  }
  fuzz::check_round_trip(message);
  try {
    std::visit([](const auto& one) { sides.take(one); }, message);
  } catch (const Error&) {
  }
  return 0;
}
