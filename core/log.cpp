#include "core/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "core/error.h"

namespace sinew {
namespace {

// The process's one log: a console sink (info lines plain, others marked) and perhaps a file.
struct Log {
  std::shared_ptr<spdlog::sinks::stderr_color_sink_mt> console =
      std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  spdlog::logger logger{"sinew", console};
  Log() { console->set_pattern("%v"); }
};

Log& instance() {
  static Log log;
  return log;
}

}  // namespace

void log_line(LogLevel level, std::string_view text) {
  switch (level) {
    case LogLevel::info: instance().logger.info("{}", text); break;
    case LogLevel::warning: instance().logger.warn("warning: {}", text); break;
    case LogLevel::error: instance().logger.error("error: {}", text); break;
  }
}

void log_to_file(const std::string& path) {
  auto& sinks = instance().logger.sinks();
  sinks.resize(1);
  if (path.empty()) return;
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
