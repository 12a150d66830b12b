#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "robots/link/keys.h"

namespace sinew {

/// A peer that was refused.
struct RefusedPeer {
  std::string why;      // for people: "its key is not on the allow-list"
  std::string address;  // of the peer, "192.168.1.7"; if it did not get that far, of the socket that it connected to
  std::string key;      // its public key, in Z85; "" if it did not get that far
  uint64_t times = 1;   // refusals for this reason since the last report
};

/// Admits only peers whose keys are on a list, at all sockets of one context that it guards. It answers libzmq's
/// authentication requests (ZAP, https://rfc.zeromq.org/spec/27) in a separate thread. Once it has ended, its sockets
/// admit no new peers. Contexts and sockets are libzmq's own pointers (`handle()` of cppzmq's).
class ZapAuthenticator {
 public:
  using OnRefused = std::function<void(const RefusedPeer&)>;

  /// `on_refused` is called in the authenticator's thread, at most once in 10 s for each reason and key. It must
  /// neither throw nor take long, since no peer is admitted meanwhile. Throws Error if the context already has a
  /// authenticator.
  ZapAuthenticator(void* context, AllowList allowed, OnRefused on_refused);
  ~ZapAuthenticator();
  ZapAuthenticator(const ZapAuthenticator&) = delete;
  ZapAuthenticator& operator=(const ZapAuthenticator&) = delete;

  /// Makes a socket, before it is bound, a CURVE server with these keys, and monitors it for failed connections. Its
  /// messages carry the sender's name on the list as the property "User-Id" (zmq_msg_gets). Throws Error for an invalid
  /// key.
  void guard(void* socket, const KeyPair& own);

  /// Connections so far.
  uint64_t admitted() const;
  uint64_t refused() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the thread
};

}  // namespace sinew
