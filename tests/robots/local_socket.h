#pragma once
#include <utility>

/// TCP sockets of this computer, for tests. What is sent goes out at once.
namespace sinew {

/// Closes it in the end.
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

/// On a free port of 127.0.0.1. Throws Error.
Socket listen_locally();
int port_of(const Socket& socket);
/// Who connected; false where the listener does not wait (O_NONBLOCK) and nobody did.
Socket accept_from(const Socket& listener);
/// To a port of 127.0.0.1; false where nobody listens.
Socket connect_locally(int port);

}  // namespace sinew
