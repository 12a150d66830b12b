#pragma once
#include <string>
#include <string_view>

/// Addresses of sockets as ZeroMQ has them: tcp://HOST:PORT, ipc://PATH, inproc://NAME.
namespace sinew {

/// "" for an address; else what is wrong with it and what to write: "'127.0.0.1:5570' is no address; write
/// tcp://127.0.0.1:5570". `port`: the usual one, where the text has none that could be meant.
std::string why_no_address(const std::string& text, int port);

/// Whether nobody beyond this computer can reach whoever listens on this address: ipc:// and inproc://; tcp:// with a
/// number of the loopback network, `localhost` or the name of a loopback interface, and a port. All interfaces
/// (`*`, 0.0.0.0), other numbers, names of hosts and of interfaces are not, and neither is what is no address.
bool is_loopback(std::string_view address);

/// "; did you mean tcp://localhost:5570?" for a name that is a likely slip of this computer's own; or "".
std::string meant_for_this_computer(const std::string& address);

}  // namespace sinew
