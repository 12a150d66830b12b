// Drives a fuzz target where there is no libFuzzer: input number i follows from the seed and i alone.
//
//   fuzz_yaml [--inputs N] [--seed S] [--first I]   runs inputs I … I+N-1
//   fuzz_yaml FILE…                                 runs files
//   fuzz_yaml --write-seeds FOLDER                  writes the seeds, a corpus for libFuzzer
//
// What crashes, takes too long or too much memory is kept as crash-<number> in the present folder.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>

#include "core/clock.h"
#include "core/error.h"
#include "core/safe_file.h"
#include "tests/fuzz/mutate.h"
#include "tests/fuzz/target.h"

extern "C" {
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed);
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

// One allocation beyond this is out of all proportion to an input; freed memory is held back for a short
// while only, and of what allocated it one call is remembered (with more, the table of all stacks ever seen
// grows without end), so that the peak is the reader's own.
const char* __asan_default_options() {
  return "max_allocation_size_mb=512:quarantine_size_mb=16:malloc_context_size=1:handle_abort=1";
}
}

namespace sinew::fuzz {
namespace {

constexpr size_t most_bytes = 1 << 17;
constexpr unsigned slowest = 10;   // s of CPU time, for one input
constexpr int most_alarms = 30;    // so many times as long by the clock: it waits for something
constexpr int64_t most_rss = 512;  // MiB

struct Options {
  int64_t inputs = 10000, first = 0;
  uint64_t seed = 1;
  std::string write_seeds;
  std::vector<std::string> files;
};

// What a handler needs to know: it may run anywhere.
std::string current;
int64_t current_number = -1;
pid_t driver = 0;    // a reader's own child may crash, which the reader reports
double started = 0;  // CPU time, in s
int alarms = 0;
const Mutator* mutator = nullptr;
Rng mutation_rng;

int64_t peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

void keep_input() {
  if (current_number < 0 || ::getpid() != driver) return;
  char name[32], line[80];
  std::snprintf(name, sizeof name, "crash-%lld", static_cast<long long>(current_number));
  const int length =
      std::snprintf(line, sizeof line, "\ninput %lld is kept as %s\n", static_cast<long long>(current_number), name);
  const int file = ::open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file >= 0 && ::write(file, current.data(), current.size()) >= 0) ::close(file);
  if (::write(STDERR_FILENO, line, static_cast<size_t>(length)) < 0) _exit(1);
}

[[noreturn]] void give_up(const char* text) {
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) _exit(1);
  keep_input();
  _exit(1);
}

void on_signal(int) { give_up("\na signal ended the reader"); }

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// On a busy machine the clock goes on while the reader waits for its turn.
void on_alarm(int) {
  if (cpu_seconds() - started > 0.9 * slowest || ++alarms == most_alarms) give_up("\nthe input took too long");
  alarm(slowest);
}

[[noreturn]] void on_terminate() {
  try {
    if (const std::exception_ptr exception = std::current_exception()) std::rethrow_exception(exception);
    fmt::print(stderr, "std::terminate was called");
  } catch (const std::exception& exception) {
    fmt::print(stderr, "an exception left the reader: {}: {}", typeid(exception).name(), exception.what());
  } catch (...) {
    fmt::print(stderr, "something unknown left the reader");
  }
  keep_input();
  _exit(1);
}

// The sanitizers report a crash themselves and then call back; else we look for signals.
void watch() {
  driver = ::getpid();
  std::set_terminate(on_terminate);
  std::signal(SIGALRM, on_alarm);
  if (__sanitizer_set_death_callback) {
    __sanitizer_set_death_callback(keep_input);
    return;
  }
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, on_signal);
  const rlimit limit{size_t{4} << 30, size_t{4} << 30};
  setrlimit(RLIMIT_AS, &limit);  // what asks for more gets a bad_alloc, which is a finding
}

void run_current() {
  started = cpu_seconds();
  alarms = 0;
  alarm(slowest);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(current.data()), current.size());
}

std::string make_input(uint64_t seed, int64_t number) {
  Rng rng = Rng(seed).split("input", static_cast<uint64_t>(number));
  if (!LLVMFuzzerCustomMutator) return mutator->make_input(rng);
  mutation_rng = rng.split("mutation");
  std::string data = mutator->any_seed(rng);
  const size_t size = data.size();
  data.resize(most_bytes);
  data.resize(LLVMFuzzerCustomMutator(reinterpret_cast<uint8_t*>(data.data()), size, most_bytes, rng.bits()));
  return data;
}

int run_inputs(const Options& options) {
  const Stopwatch watch;
  for (int64_t number = options.first; number < options.first + options.inputs; ++number) {
    current = make_input(options.seed, number);
    current_number = number;
    run_current();
    if (number % 256 == 0 && peak_mib() > most_rss) {
      fmt::print(stderr, "the process takes {} MiB, more than {}", peak_mib(), most_rss);
      keep_input();
      return 1;
    }
  }
  alarm(0);
  current_number = -1;
  const double seconds = watch.seconds();
  fmt::print("{} inputs (seed {}, from {}) in {:.1f} s: {:.0f} inputs/s, peak RSS {} MiB, 0 crashes\n", options.inputs,
             options.seed, options.first, seconds, static_cast<double>(options.inputs) / seconds, peak_mib());
  return 0;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--inputs" && has_value)
      options.inputs = std::atoll(argv[++i]);
    else if (word == "--first" && has_value)
      options.first = std::atoll(argv[++i]);
    else if (word == "--seed" && has_value)
      options.seed = std::strtoull(argv[++i], nullptr, 10);
    else if (word == "--write-seeds" && has_value)
      options.write_seeds = argv[++i];
    else if (!word.starts_with("--"))
      options.files.push_back(word);
    else
      fail("unknown option '{}'", word);
  }
  return options;
}

int run(int argc, char** argv) {
  const Options options = parse(argc, argv);
  const std::vector<std::string> start = seeds();
  if (!options.write_seeds.empty()) {
    make_writable_folder(options.write_seeds);
    for (size_t i = 0; i < start.size(); ++i)
      write_file_atomically(fmt::format("{}/{}", options.write_seeds, i), start[i]);
    return 0;
  }
  watch();
  const Mutator its(start, words());
  mutator = &its;
  current_number = 0;
  for (const std::string& seed : start) {
    current = seed;
    run_current();
  }
  for (const std::string& file : options.files) {
    current = read_file(file);
    run_current();
  }
  return options.files.empty() ? run_inputs(options) : 0;
}

}  // namespace
}  // namespace sinew::fuzz

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size) {
  using namespace sinew::fuzz;
  std::string text = text_of(data, size);
  mutator->change(text, max_size, mutation_rng);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

int main(int argc, char** argv) {
  try {
    return sinew::fuzz::run(argc, argv);
  } catch (const sinew::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
