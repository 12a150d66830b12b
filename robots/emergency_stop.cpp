#include "robots/emergency_stop.h"

#include "core/clock.h"
#include "core/error.h"
#include "robots/messages.h"

namespace sinew {

void emergency_stop(const std::string& stop_address, const SecureSocket& secure, const std::string& why, double seconds) {
  const LinkContext context;
  LinkSocket socket(context, LinkSocket::Kind::request, {.secure = secure});
  const Doorbell nobody;
  socket.connect(stop_address);
  const double deadline = now_seconds() + seconds;
  LinkSocket* sockets[] = {&socket};
  std::vector<std::string> reply;
  bool sent = false;
  while (now_seconds() < deadline) {
    if (!sent) sent = socket.send(encode(Stop{why}));  // as soon as it is connected
    wait_for(sockets, nobody, sent ? 0.01 : 0.001);
    if (sent && socket.receive(reply)) return;
  }
  throw Error(fmt::format("the robot does not confirm the emergency stop at {} within {:.3g} s: press the stop on the robot "
                          "itself; then see whether its side is running there", stop_address, seconds),
              Error::Fault::system);
}

}  // namespace sinew
