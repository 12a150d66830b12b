#include "sim/compile_apart_internal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "core/error.h"
#include "core/log.h"
#include "sim/compat.h"

namespace sinew {
namespace {

// What the child has to say, in memory that both see. A child that crashes leaves `crashed`.
struct Report {
  enum class Outcome { crashed, compiled, refused, error, too_large, no_memory };
  Outcome outcome;
  char message[1000];  // MuJoCo's
  char warning[1000];  // its last one
};

struct Limits {
  int seconds;
  size_t bytes;  // of the compiled model, and of its simulation's data; a fourfold while compiling
};

int from_environment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  const int value = text ? std::atoi(text) : 0;
  return value > 0 ? value : otherwise;
}

Limits limits() {
  return {.seconds = from_environment("SINEW_MODEL_SECONDS", 300),
          .bytes = static_cast<size_t>(from_environment("SINEW_MODEL_MIB", 1024)) << 20};
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {
    if (fd_ < 0) fail_errno("cannot compile a model in a process of its own", errno);
  }
  ~FileDescriptor() { close(); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  operator int() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

// ---- The child. It ends by _exit: nothing of the parent's is to be flushed or destroyed twice.

Report* report = nullptr;  // the child's own, set after the fork

void note(char (&place)[1000], const char* text) { std::snprintf(place, sizeof place, "%s", text); }

[[noreturn]] void end(Report::Outcome outcome) {
  report->outcome = outcome;
  _exit(0);
}

// Private memory that this process has, in bytes: a sanitizer's is huge, and the limit comes on top.
size_t present_data() {
  size_t pages[6] = {};
  FILE* file = std::fopen("/proc/self/statm", "r");
  if (!file) return 0;
  const int found =
      std::fscanf(file, "%zu %zu %zu %zu %zu %zu", &pages[0], &pages[1], &pages[2], &pages[3], &pages[4], &pages[5]);
  std::fclose(file);
  return found == 6 ? pages[5] * static_cast<size_t>(sysconf(_SC_PAGESIZE)) : 0;
}

void restrict_this_process(const Limits& limits, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, SIG_DFL);
  const auto set = [](auto what, size_t value) {
    const rlimit limit{value, value};
    setrlimit(what, &limit);
  };
  set(RLIMIT_CORE, 0);
  if (const size_t present = present_data()) set(RLIMIT_DATA, present + 4 * limits.bytes);
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(nowhere, STDIN_FILENO);  // a model that includes /dev/stdin
  dup2(nowhere, STDERR_FILENO);
}

[[noreturn]] void compile(const std::string& path, const std::string& out, const Limits& limits) {
  mju_user_error = [](const char* text) {
    note(report->message, text);
    end(std::strstr(text, "allocate") ? Report::Outcome::no_memory : Report::Outcome::error);
  };
  mju_user_warning = [](const char* text) { note(report->warning, text); };
  try {
    mjModel* model = mj_loadXML(path.c_str(), nullptr, report->message, sizeof report->message);
    if (!model)  // its own handler may have caught the want of memory
      end(std::strstr(report->message, "allocate memory") ? Report::Outcome::no_memory : Report::Outcome::refused);
    if (static_cast<size_t>(mj_sizeModel(model)) > limits.bytes) end(Report::Outcome::too_large);
    mj_saveModel(model, out.c_str(), nullptr, 0);
    compat::size_buffers(*model, *model, 0);
    const mjData* data = mj_makeData(model);
    if (!data || static_cast<size_t>(data->nbuffer) > limits.bytes) end(Report::Outcome::too_large);
    end(Report::Outcome::compiled);
  } catch (const std::bad_alloc&) {
    end(Report::Outcome::no_memory);
  } catch (...) {
    end(Report::Outcome::error);
  }
}

// ---- The parent.

// Waits until the child has ended, which closes the pipe; kills it when its time is up.
bool ends_in_time(int pipe, pid_t child, int seconds) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::seconds(seconds);
  pollfd wait{.fd = pipe, .events = POLLIN, .revents = 0};
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    const int ready = ::poll(&wait, 1, static_cast<int>(std::max<int64_t>(left, 0)));
    if (ready > 0) return true;
    if (ready < 0 && errno == EINTR) continue;
    ::kill(child, SIGKILL);
    return false;
  }
}

int status_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

[[noreturn]] void fail_with(const Report& said, int status, const Limits& limits) {
  const size_t mib = limits.bytes >> 20;
  switch (said.outcome) {
    case Report::Outcome::error: fail("MuJoCo: {}", said.message);
    case Report::Outcome::no_memory:
      fail("MuJoCo needs more than {} MiB to compile it (SINEW_MODEL_MIB={} in the environment allows more)", 4 * mib,
           2 * mib);
    case Report::Outcome::too_large:
      fail("it takes more than {} MiB once compiled (SINEW_MODEL_MIB={} in the environment allows more)", mib, 2 * mib);
    default: break;
  }
  if (WIFSIGNALED(status))
    fail("MuJoCo {} crashes on this model (signal {}, {}): it is broken in a way that MuJoCo does not notice",
         mj_versionString(), WTERMSIG(status), strsignal(WTERMSIG(status)));
  fail("MuJoCo {} ends the process on this model (exit code {})", mj_versionString(), WEXITSTATUS(status));
}

}  // namespace

CompiledModel compile_apart(const std::string& path) {
  const Limits limits = sinew::limits();
  const FileDescriptor file(::memfd_create("compiled model", MFD_CLOEXEC));
  const std::string out = fmt::format("/proc/self/fd/{}", static_cast<int>(file));
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) fail_errno("cannot compile a model in a process of its own", errno);
  FileDescriptor ours(ends[0]), its(ends[1]);
  void* shared = ::mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) fail_errno("cannot compile a model in a process of its own", errno);

  const pid_t parent = ::getpid(), child = ::fork();
  if (child == 0) {
    report = static_cast<Report*>(shared);
    restrict_this_process(limits, parent);
    compile(path, out, limits);
  }
  const int fork_error = errno;
  its.close();
  const bool in_time = child > 0 && ends_in_time(ours, child, limits.seconds);
  const int status = child > 0 ? status_of(child) : 0;
  const Report said = *static_cast<Report*>(shared);
  ::munmap(shared, sizeof(Report));
  if (child < 0) fail_errno("cannot compile a model in a process of its own", fork_error);
  if (!in_time)
    fail("MuJoCo has not compiled it after {} s (SINEW_MODEL_SECONDS={} in the environment allows more)",
         limits.seconds, 2 * limits.seconds);
  if (said.outcome == Report::Outcome::refused) return {.model = nullptr, .message = said.message};
  if (said.outcome != Report::Outcome::compiled) fail_with(said, status, limits);
  if (said.warning[0]) log_warning("{}: MuJoCo: {}", path, said.warning);
  mjModel* model = mj_loadModel(out.c_str(), nullptr);
  if (!model) throw Error("the compiled model cannot be read back", Error::Fault::system);
  return {.model = model, .message = said.message};
}

namespace {

// Of the tag, comment or instruction that begins at `begin`: the place of its last character.
size_t end_of_tag(const std::string& text, size_t begin) {
  if (text.compare(begin, 4, "<!--") == 0) return text.find("-->", begin);
  char quote = 0;
  for (size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && c == '>') return i;
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
  }
  return std::string::npos;
}

}  // namespace

std::string why_no_model_text(const std::string& text) {
  constexpr int most_levels = 200;  // MuJoCo reads recursively, and overflows the stack soon after
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.find('\0') != std::string::npos) return "it contains zero bytes, so it is no XML file";
  const size_t start =
      text.find_first_not_of(" \t\r\n", text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
  if (start == std::string::npos || text[start] != '<') return "it is no XML file: it does not begin with '<'";
  int level = 0;
  for (size_t begin = start, end; begin < text.size(); begin = text.find('<', end)) {
    end = end_of_tag(text, begin);
    if (end == std::string::npos) break;  // MuJoCo says what is wrong
    if (text[begin + 1] == '/')
      --level;
    else if (text[begin + 1] != '!' && text[begin + 1] != '?' && text[end - 1] != '/')
      ++level;
    if (level > most_levels) return fmt::format("its elements are nested more than {} deep", most_levels);
  }
  return "";
}

}  // namespace sinew
