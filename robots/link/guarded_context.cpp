#include "robots/link/guarded_context.h"

#include <fmt/core.h>

#include <utility>

namespace sinew {
namespace {

std::string text_of(const RefusedPeer& peer) {
  std::string text = fmt::format("not let in: {} ({}", peer.address, peer.why);
  if (!peer.key.empty()) text += ": " + peer.key;
  if (peer.times > 1) text += fmt::format("; {} times", peer.times);
  return text + ")";
}

}  // namespace

GuardedContext::GuardedContext(std::shared_ptr<LinkContext> context, const std::optional<RobotSecurity>& security,
                               OnEvent on_event)
    : context_(std::move(context)) {
  if (!security) return;
  authenticator_ = std::make_unique<ZapAuthenticator>(context_->handle(), security->allowed,
                                                      [tell = std::move(on_event)](const RefusedPeer& peer) {
                                                        if (tell) tell(text_of(peer));
                                                      });
  secure_ = [keeper = authenticator_.get(), own = security->own](void* socket) { keeper->guard(socket, own); };
}

}  // namespace sinew
