#include "sim/model/compile_in_child_internal.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "core/error.h"
#include "core/log.h"
#include "sim/compat.h"
#include "sim/model/compile_job_internal.h"

namespace sinew {
namespace {

using Outcome = CompileJob::Outcome;

struct Limits {
  int seconds;
  size_t bytes;  // CompileJob::most_bytes
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

[[noreturn]] void fail_to_begin(int error) { fail_errno("cannot compile a model in a process of its own", error); }

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {
    if (fd_ >= 0 && fd_ <= STDERR_FILENO) {  // closed by our parent; the child uses these numbers
      fd_ = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
      ::close(fd);
    }
    if (fd_ < 0) fail_to_begin(errno);
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

// The job, in memory shared with the compiling process.
class SharedJob {
 public:
  SharedJob(const std::string& path, const std::string& more_mjcf, const Limits& limits)
      : file_(::memfd_create("job", MFD_CLOEXEC)), size_(sizeof(CompileJob) + more_mjcf.size()) {
    if (path.size() >= sizeof(CompileJob::path)) fail_to_begin(ENAMETOOLONG);
    if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) fail_to_begin(errno);
    void* memory = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    if (memory == MAP_FAILED) fail_to_begin(errno);
    job_ = new (memory) CompileJob{};
    job_->parent = ::getpid();
    job_->most_bytes = limits.bytes;
    path.copy(job_->path, path.size());
    job_->more_mjcf_length = more_mjcf.copy(job_->more_mjcf(), more_mjcf.size());
  }
  ~SharedJob() { ::munmap(job_, size_); }
  SharedJob(const SharedJob&) = delete;
  SharedJob& operator=(const SharedJob&) = delete;
  const CompileJob& operator*() const { return *job_; }
  const CompileJob* operator->() const { return job_; }
  int file() const { return file_; }

 private:
  FileDescriptor file_;
  size_t size_;
  CompileJob* job_ = nullptr;
};

// Starts this program again. It inherits only these of our files: the job's, the model's, and the end of the pipe that
// closes when the process ends.
pid_t begin(int job, int model, int pipe) {
  posix_spawn_file_actions_t files;
  if (const int error = posix_spawn_file_actions_init(&files)) fail_to_begin(error);
  for (const int file : {job, model, pipe}) posix_spawn_file_actions_adddup2(&files, file, file);  // stays open
  std::string name = compiling_program_name(), job_text = std::to_string(job), model_text = std::to_string(model);
  char* arguments[] = {name.data(), job_text.data(), model_text.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, "/proc/self/exe", &files, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) fail_to_begin(error);
  return child;
}

// Waits until the child has ended, which closes the pipe; kills it after the time limit.
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

[[noreturn]] void fail_with(const CompileJob& job, int status) {
  const size_t mib = job.most_bytes >> 20;
  switch (job.outcome) {
    case Outcome::error: fail("MuJoCo: {}", job.message);
    case Outcome::no_memory:
      fail("MuJoCo needs more than {} MiB to compile it (SINEW_MODEL_MIB={} in the environment allows more)", 4 * mib,
           2 * mib);
    case Outcome::too_large:
      fail("it takes more than {} MiB once compiled (SINEW_MODEL_MIB={} in the environment allows more)", mib, 2 * mib);
    default: break;
  }
  if (job.outcome == Outcome::not_begun)
    fail(
        "this program could not be started again to compile the model; start it by its own name, not through a loader "
        "or a tool in its place");
  if (WIFSIGNALED(status))
    fail("MuJoCo {} crashes on this model (signal {}, {}): it is broken in a way that MuJoCo does not notice",
         mj_versionString(), WTERMSIG(status), strsignal(WTERMSIG(status)));
  fail("MuJoCo {} ends the process on this model (exit code {})", mj_versionString(), WEXITSTATUS(status));
}

}  // namespace

CompiledModel compile_in_child(const std::string& path, const std::string& more_mjcf) {
  const Limits limits = sinew::limits();
  const SharedJob job(path, more_mjcf, limits);
  const FileDescriptor compiled(::memfd_create("compiled model", MFD_CLOEXEC));
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail_to_begin(errno);
  FileDescriptor ours(ends[0]), its(ends[1]);

  const pid_t child = begin(job.file(), compiled, its);
  its.close();
  const bool in_time = ends_in_time(ours, child, limits.seconds);
  const int status = status_of(child);
  if (!in_time)
    fail("MuJoCo has not compiled it after {} s (SINEW_MODEL_SECONDS={} in the environment allows more)",
         limits.seconds, 2 * limits.seconds);
  if (job->outcome == Outcome::refused) return {.model = nullptr, .message = job->message};
  if (job->outcome != Outcome::compiled) fail_with(*job, status);
  if (job->warning[0]) log_warning("{}: MuJoCo: {}", path, job->warning);
  mjModel* model = mj_loadModel(fmt::format("/proc/self/fd/{}", static_cast<int>(compiled)).c_str(), nullptr);
  if (!model) throw Error("the compiled model cannot be read back", Error::Fault::system);
  return {.model = model, .message = job->message};
}

}  // namespace sinew
