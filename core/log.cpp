#include "core/log.h"

#include <fcntl.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <mutex>

#include "core/error.h"
#include "core/text.h"

namespace sinew {
namespace {

// The process's single log: a console sink (info lines plain, others marked) and possibly a file.
struct Log {
  std::shared_ptr<spdlog::sinks::stderr_color_sink_mt> console =
      std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  spdlog::logger logger{"sinew", console};
  Log() {
    console->set_pattern("%v");
    // A full disk is reported once; the program continues without its log.
    logger.set_error_handler([](const std::string& text) {
      static std::once_flag once;
      std::call_once(once, [&] { std::fprintf(stderr, "warning: the log cannot be written: %s\n", text.c_str()); });
    });
  }
};

Log& instance() {
  static Log log;
  return log;
}

}  // namespace

void log_line(LogLevel level, std::string_view message) {
  const std::string text = visible(message);
  switch (level) {
    case LogLevel::info: instance().logger.info("{}", text); break;
    case LogLevel::warning: instance().logger.warn("warning: {}", text); break;
    case LogLevel::error: instance().logger.error("error: {}", text); break;
  }
}

void log_line_to_file(LogLevel level, std::string_view text) {
  Log& log = instance();
  if (log.logger.sinks().size() < 2) return;
  log.console->set_level(spdlog::level::off);
  log_line(level, text);
  log.console->set_level(spdlog::level::trace);
}

void log_to_file(const std::string& path) {
  auto& sinks = instance().logger.sinks();
  sinks.resize(1);
  if (path.empty()) return;
  if (const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644); fd >= 0)
    ::close(fd);
  else
    fail_errno(fmt::format("cannot write '{}'", path), errno);
  try {
    auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
    file->set_pattern("%Y-%m-%d %H:%M:%S.%e %v");
    sinks.push_back(std::move(file));
  } catch (const spdlog::spdlog_ex& error) {
    fail("cannot open the log file '{}': {}", path, error.what());
  }
  instance().logger.flush_on(spdlog::level::info);
}

}  // namespace sinew
