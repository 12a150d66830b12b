// The process that compiles a model. It is the program itself, started again: a fork of a program with threads could
// wait forever for a lock that one of them held. It exits before `main`, and before the program's own globals are
// constructed.
#include "sim/model/compile_job_internal.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include "sim/compat.h"
#include "sim/model/add_mjcf_internal.h"

namespace sinew {
namespace {

using Outcome = CompileJob::Outcome;

CompileJob* job = nullptr;

void note(char (&place)[1000], const char* text) { std::snprintf(place, sizeof place, "%s", text); }

[[noreturn]] void end(Outcome outcome) {
  job->outcome = outcome;
  _exit(0);
}

CompileJob* map_job(int file) {
  struct stat status{};
  if (::fstat(file, &status) != 0 || static_cast<size_t>(status.st_size) < sizeof(CompileJob)) _exit(1);
  void* memory = ::mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) _exit(1);
  return static_cast<CompileJob*>(memory);
}

// This process's private memory, in bytes: a sanitizer's is huge, and the limit is added to it.
size_t present_data() {
  size_t pages[6] = {};
  FILE* file = std::fopen("/proc/self/statm", "r");
  if (!file) return 0;
  const int found =
      std::fscanf(file, "%zu %zu %zu %zu %zu %zu", &pages[0], &pages[1], &pages[2], &pages[3], &pages[4], &pages[5]);
  std::fclose(file);
  return found == 6 ? pages[5] * static_cast<size_t>(sysconf(_SC_PAGESIZE)) : 0;
}

void restrict_this_process() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != job->parent) _exit(1);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
    std::signal(signal, SIG_DFL);  // a sanitizer handles some of them
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    std::signal(signal, SIG_IGN);  // the parent decides when this process ends
  const auto set = [](auto what, size_t value) {
    const rlimit limit{value, value};
    setrlimit(what, &limit);
  };
  set(RLIMIT_CORE, 0);
  if (const size_t present = present_data()) set(RLIMIT_DATA, present + 4 * job->most_bytes);
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(nowhere, STDIN_FILENO);  // for a model that includes /dev/stdin
  dup2(nowhere, STDERR_FILENO);
}

[[noreturn]] void compile(const std::string& out) {
  mju_user_error = [](const char* text) {
    note(job->message, text);
    end(std::strstr(text, "allocate") ? Outcome::no_memory : Outcome::error);
  };
  mju_user_warning = [](const char* text) { note(job->warning, text); };
  try {
    const std::string more_mjcf(job->more_mjcf(), job->more_mjcf_length);
    mjModel* model = mj_loadXML(job->path, nullptr, job->message, sizeof job->message);
    if (model && !more_mjcf.empty()) model = add_mjcf(*model, more_mjcf, job->message, sizeof job->message);
    if (!model)  // its own handler may have caught the lack of memory
      end(std::strstr(job->message, "allocate memory") ? Outcome::no_memory : Outcome::refused);
    if (static_cast<size_t>(mj_sizeModel(model)) > job->most_bytes) end(Outcome::too_large);
    mj_saveModel(model, out.c_str(), nullptr, 0);
    compat::size_buffers(*model, *model, 0);
    const mjData* data = mj_makeData(model);
    if (!data || static_cast<size_t>(data->nbuffer) > job->most_bytes) end(Outcome::too_large);
    end(Outcome::compiled);
  } catch (const std::bad_alloc&) {
    end(Outcome::no_memory);
  } catch (...) {
    end(Outcome::error);
  }
}

// Runs first in every program that may load a model; 101: before all constructors without a priority.
[[gnu::constructor(101)]] void compile_if_asked_to(int argument_count, char** arguments, char**) {
  if (argument_count != 3 || std::strcmp(arguments[0], compiling_program_name()) != 0) return;
  job = map_job(std::atoi(arguments[1]));
  job->outcome = Outcome::crashed;
  restrict_this_process();
  compile(std::string("/proc/self/fd/") + arguments[2]);
}

}  // namespace

const char* compiling_program_name() { return "sinew: compiles a model"; }

}  // namespace sinew
