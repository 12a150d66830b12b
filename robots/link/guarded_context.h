#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "robots/link/link_keys.h"
#include "robots/link/link_socket.h"
#include "robots/link/zap_authenticator.h"

namespace sinew {

/// The ZeroMQ context of a robot's side, with the authenticator of its sockets if the robot's file has keys.
class GuardedContext {
 public:
  using OnEvent = std::function<void(const std::string&)>;
  /// `on_event` receives reports of refused peers, in a separate thread; it may be empty.
  GuardedContext(std::shared_ptr<LinkContext> context, const std::optional<RobotSecurity>& security, OnEvent on_event);

  const LinkContext& get() const { return *context_; }
  /// Makes a socket of this context admit only peers on the list; empty: there are no keys.
  const SecureSocket& secure() const { return secure_; }

 private:
  std::shared_ptr<LinkContext> context_;
  std::unique_ptr<ZapAuthenticator> authenticator_;
  SecureSocket secure_;
};

}  // namespace sinew
