#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "robots/link/keys.h"

namespace sinew {

/// Somebody did not get in.
struct RefusedPeer {
  std::string why;      // for people: "its key is not on the allow-list"
  std::string address;  // of the peer, "192.168.1.7"; where it did not come so far, of the socket that it came to
  std::string key;      // its public key, in Z85; "" where it did not come so far
  uint64_t times = 1;   // it was refused for this since that was last reported
};

/// Lets in only whose keys are on a list, at all sockets of one context that it guards. It answers libzmq's questions
/// (ZAP, https://rfc.zeromq.org/spec/27) in a thread of its own. Once it has ended, its sockets let in nobody new.
/// Contexts and sockets are libzmq's own pointers (`handle()` of cppzmq's).
class Doorkeeper {
 public:
  using OnRefused = std::function<void(const RefusedPeer&)>;

  /// `on_refused` is called in the own thread, for each reason and key at most once in 10 s; it must neither throw nor
  /// take long, since nobody is let in meanwhile. Throws Error where the context has a doorkeeper already.
  Doorkeeper(void* context, AllowList allowed, OnRefused on_refused);
  ~Doorkeeper();
  Doorkeeper(const Doorkeeper&) = delete;
  Doorkeeper& operator=(const Doorkeeper&) = delete;

  /// Makes a socket, before it is bound, a server of CURVE with these keys, and hears of who fails at it. Its messages
  /// tell their sender's name on the list as the property "User-Id" (zmq_msg_gets). Throws Error where a key is none.
  void guard(void* socket, const KeyPair& own);

  /// Connections so far.
  uint64_t admitted() const;
  uint64_t refused() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // the thread has it too
};

}  // namespace sinew
