#pragma once
#include <utility>

/// TCP sockets on this computer, for tests. Data is sent immediately.
namespace sinew {

/// Closes the socket in its destructor.
class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void close();

 private:
  int fd_;
};

/// Listens on a free port of 127.0.0.1. Throws an Error.
Socket listen_locally();
int port_of(const Socket& socket);
/// The accepted connection; false if the listener does not block (O_NONBLOCK) and no peer connected.
Socket accept_from(const Socket& listener);
/// Connects to a port of 127.0.0.1; false if no process listens there.
Socket connect_locally(int port);

}  // namespace sinew
