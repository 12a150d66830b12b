#include "robots/link/emergency_stop.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "core/text.h"
#include "robots/protocol/messages.h"

namespace sinew {
namespace {

// s: after this long without an answer, a further connection is made in addition to the existing ones. One may have
// been lost among those of other clients, but its answer may also still be in flight. Repeating the message does no
// harm.
constexpr double patience = 0.3;
constexpr size_t most_connections = 6;

// One connection, over which the message is sent once.
struct Attempt {
  Attempt(const LinkContext& context, const std::string& address, const SecureSocket& secure)
      : socket(context, LinkSocket::Kind::request, {.secure = secure}) {
    socket.connect(address);
  }
  LinkSocket socket;
  bool sent = false, answered = false;
};

using Attempts = std::vector<std::unique_ptr<Attempt>>;

std::optional<Message> read(Attempt& attempt) {
  std::vector<std::string> frames;
  if (!attempt.socket.receive(frames)) return {};
  attempt.answered = true;
  const std::vector<std::string_view> views(frames.begin(), frames.end());
  try {
    return decode(views);
  } catch (const Error& error) {
    return Refused{error.what()};
  }
}

std::optional<Message> wait_for_answer(const Attempts& attempts, double seconds) {
  const Doorbell nobody;
  std::vector<LinkSocket*> sockets;
  for (const auto& attempt : attempts) sockets.push_back(&attempt->socket);
  wait_for(sockets, nobody, seconds);
  for (const auto& attempt : attempts)
    if (auto answer = read(*attempt)) return answer;
  return {};
}

// Repeated messages may still be in flight: they must not stop a robot that was released meanwhile.
void await_the_others(const Attempts& attempts) {
  const auto is_pending = [](const auto& attempt) { return attempt->sent && !attempt->answered; };
  for (const double until = now_seconds() + patience;
       now_seconds() < until && std::ranges::any_of(attempts, is_pending);)
    wait_for_answer(attempts, 0.01);
}

// The answer; none within `seconds`.
std::optional<Message> ask(const std::string& address, const SecureSocket& secure, const Message& message,
                           double seconds) {
  const LinkContext context;
  Attempts attempts;
  const double begin = now_seconds();
  for (double now = begin; now < begin + seconds; now = now_seconds()) {
    if (now >= begin + patience * static_cast<double>(attempts.size()) && attempts.size() < most_connections)
      attempts.push_back(std::make_unique<Attempt>(context, address, secure));
    bool all_sent = true;
    for (const auto& attempt : attempts) {
      if (!attempt->sent) attempt->sent = attempt->socket.send(encode(message));  // as soon as it is connected
      all_sent &= attempt->sent;
    }
    if (auto answer = wait_for_answer(attempts, all_sent ? 0.01 : 0.001)) {
      await_the_others(attempts);
      return answer;
    }
  }
  return {};
}

}  // namespace

void emergency_stop(const std::string& stop_address, const SecureSocket& secure, const std::string& why,
                    double seconds) {
  const std::optional<Message> answer = ask(stop_address, secure, Stop{why}, seconds);
  if (answer && std::holds_alternative<Stop>(*answer)) return;
  const std::string what =
      answer ? fmt::format("does not confirm the emergency stop: what answers at {} is not an emergency stop",
                           stop_address)
             : fmt::format("does not confirm the emergency stop at {} within {:.3g} s", stop_address, seconds);
  throw Error(
      fmt::format("the robot {}: press the stop on the robot itself; then see whether its side is running there", what),
      Error::Fault::system);
}

void release_emergency_stop(const std::string& stop_address, const SecureSocket& secure, const std::string& why,
                            double seconds) {
  const std::optional<Message> answer = ask(stop_address, secure, Release{why}, seconds);
  if (!answer)
    throw Error(
        fmt::format("the robot does not confirm at {} within {:.3g} s that its emergency stop is released; is its "
                    "side running there?",
                    stop_address, seconds),
        Error::Fault::system);
  if (std::holds_alternative<Release>(*answer)) return;
  if (const Refused* refused = std::get_if<Refused>(&*answer))
    fail("the emergency stop is not released: {}", shortened(refused->why, 300));
  fail("the robot at {} cannot release its emergency stop: it took the release for a stop", stop_address);
}

}  // namespace sinew
