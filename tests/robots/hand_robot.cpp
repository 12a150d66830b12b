#include "tests/robots/hand_robot.h"

#include "tests/robots/fake_robot.h"

namespace sinew {

HandRobot::HandRobot(Answer answer)
    : config_(fake_config()),
      answer_(std::move(answer)),
      socket_(context_, LinkSocket::Kind::router, {.queue = 1000, .incoming = 1000, .most_bytes = 1 << 24}) {
  config_.address = socket_.bind(config_.address);
  thread_ = std::thread([this] { serve(); });
}

HandRobot::~HandRobot() {
  ending_ = true;
  bell_.ring();
  thread_.join();
}

void HandRobot::serve() {
  LinkSocket* sockets[] = {&socket_};
  Frames frames;
  while (!ending_) {
    wait_for(sockets, bell_, 0.1);
    while (socket_.receive(frames)) {
      const std::vector<std::string_view> views(frames.begin() + 1, frames.end());
      for (const Frames& answer : answer_(decode(views))) socket_.send(answer, frames.front());
    }
  }
}

}  // namespace sinew
