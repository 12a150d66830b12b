#include "tests/robots/python_peer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <map>

#include "core/clock.h"
#include "core/error.h"

namespace sinew {
namespace {

constexpr const char* python = "/usr/bin/python3";
constexpr double patience = 20;  // s

}  // namespace

bool PythonPeer::has(const std::string& modules) {
  static std::map<std::string, bool> known;
  const auto [entry, is_new] = known.try_emplace(modules);
  if (is_new)
    entry->second = std::system((std::string(python) + " -c 'import " + modules + "' 2> /dev/null").c_str()) == 0;
  return entry->second;
}

PythonPeer::PythonPeer(const std::string& script, std::vector<std::string> arguments) {
  const std::string path = std::string(SINEW_SOURCE_DIR "/tests/robots/") + script;
  std::vector<char*> words;
  std::string interpreter = python, file = path;
  words = {interpreter.data(), file.data()};
  for (std::string& word : arguments) words.push_back(word.data());
  words.push_back(nullptr);
  int to_child[2], from_child[2];
  if (::pipe2(to_child, O_CLOEXEC) != 0 || ::pipe2(from_child, O_CLOEXEC) != 0) fail_errno("cannot make a pipe", errno);
  pid_ = ::fork();
  if (pid_ < 0) fail_errno("cannot fork", errno);
  if (pid_ == 0) {
    ::dup2(to_child[0], STDIN_FILENO);
    ::dup2(from_child[1], STDOUT_FILENO);
    ::execv(python, words.data());
    ::_exit(127);
  }
  ::close(to_child[0]);
  ::close(from_child[1]);
  input_ = to_child[1];
  output_ = from_child[0];
  reader_ = std::thread([this] { read_all(); });
}

PythonPeer::~PythonPeer() {
  if (pid_ > 0) {
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  reader_.join();
  ::close(input_);
  ::close(output_);
}

void PythonPeer::read_all() {
  std::string text;
  char bytes[4096];
  for (ssize_t count; (count = ::read(output_, bytes, sizeof bytes)) > 0;) {
    text.append(bytes, static_cast<size_t>(count));
    const std::lock_guard lock(mutex_);
    for (size_t end; (end = text.find('\n')) != text.npos; text.erase(0, end + 1))
      lines_.push_back(text.substr(0, end));
  }
}

void PythonPeer::tell(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(input_, text.data(), text.size()) < 0) fail_errno("cannot write to a child", errno);
}

std::vector<std::string> PythonPeer::lines(const std::string& word) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  for (const std::string& line : lines_)
    if (line.starts_with(word + " ")) found.push_back(line.substr(word.size() + 1));
  return found;
}

std::string PythonPeer::await(const std::string& word) const {
  for (const double deadline = now_seconds() + patience; now_seconds() < deadline;) {
    if (const auto found = lines(word); !found.empty()) return found.front();
    ::usleep(2000);
  }
  return "";
}

void PythonPeer::signal(int number) const { ::kill(pid_, number); }

int PythonPeer::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace sinew
