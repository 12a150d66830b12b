#include "bench/bare_link.h"

#include <zmq.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "robots/control/real_time.h"

namespace sinew::bench {
namespace {

void check(int code) {
  if (code < 0) fail("ZeroMQ: {}", zmq_strerror(zmq_errno()));
}

// Answers each message until it receives an empty one.
void echo(void* router, int bytes_back) {
  std::array<char, 256> id{};
  std::vector<char> body(1 << 16);
  while (true) {
    const int id_size = zmq_recv(router, id.data(), id.size(), 0);
    if (id_size < 0 || zmq_recv(router, body.data(), body.size(), 0) <= 0) return;
    zmq_send(router, id.data(), static_cast<size_t>(id_size), ZMQ_SNDMORE);
    zmq_send(router, body.data(), static_cast<size_t>(bytes_back), 0);
  }
}

}  // namespace

LatencyHistogram bare_round_trips(double rate, double seconds, int bytes_there, int bytes_back) {
  void* context = zmq_ctx_new();
  void *router = zmq_socket(context, ZMQ_ROUTER), *dealer = zmq_socket(context, ZMQ_DEALER);
  check(zmq_bind(router, "tcp://127.0.0.1:*"));
  std::array<char, 64> address{};
  size_t size = address.size();
  check(zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, address.data(), &size));
  check(zmq_connect(dealer, address.data()));
  std::thread answering([&] { echo(router, bytes_back); });
  LatencyHistogram times;
  std::vector<char> body(1 << 16);
  DeadlineLoop loop(1 / rate);
  const Stopwatch all;
  while (all.seconds() < seconds) {
    loop.wait();
    const Stopwatch one;
    check(zmq_send(dealer, body.data(), static_cast<size_t>(bytes_there), 0));
    check(zmq_recv(dealer, body.data(), body.size(), 0));
    times.add(one.seconds());
  }
  zmq_send(dealer, nullptr, 0, 0);
  answering.join();
  zmq_close(router);
  zmq_close(dealer);
  zmq_ctx_term(context);
  return times;
}

LatencyHistogram wake_ups(double rate, double seconds) {
  WakeUp bell;
  std::atomic<double> rung{0};
  std::atomic<bool> ending{false};
  LatencyHistogram times;
  std::thread sleeper([&] {
    make_thread_real_time(70);  // like the policy's control thread
    while (bell.wait_until(now_seconds() + 10) && !ending) times.add(now_seconds() - rung);
  });
  DeadlineLoop loop(1 / rate);
  const Stopwatch all;
  while (all.seconds() < seconds) {
    loop.wait();
    rung = now_seconds();
    bell.notify();
  }
  ending = true;
  bell.notify();
  sleeper.join();
  return times;
}

}  // namespace sinew::bench
