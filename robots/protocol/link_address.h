#pragma once
#include <string>
#include <string_view>

/// Socket addresses in ZeroMQ's form: tcp://HOST:PORT, ipc://PATH, inproc://NAME.
namespace sinew {

/// "" for a valid address; else what is wrong with it and what to write instead: "'127.0.0.1:5570' is no address; write
/// tcp://127.0.0.1:5570". `port`: the usual one, suggested if the text contains no plausible port.
std::string why_no_address(const std::string& text, int port);

/// Whether an address is reachable only from this computer: ipc:// and inproc://; tcp:// with a port and a loopback
/// number, `localhost` or the name of a loopback interface. False for all interfaces (`*`, 0.0.0.0), other numbers,
/// names of hosts and of other interfaces, and invalid addresses.
bool is_loopback(std::string_view address);

/// "; did you mean tcp://localhost:5570?" for a name that is a likely misspelling of this computer's own; else "".
std::string meant_for_this_computer(const std::string& address);

}  // namespace sinew
