#include "core/error.h"

#include <cerrno>
#include <cstring>

#include "core/text.h"

namespace sinew {

Error::Error(const std::string& message, Fault fault)
    : std::runtime_error(message), text_(visible(message)), fault_(fault) {}

void Error::add_context(const std::string& context) { text_ = visible(context) + ": " + text_; }

void fail_errno(const std::string& what, int error_number) {
  const bool user = error_number == ENOENT || error_number == EACCES || error_number == EPERM ||
                    error_number == EISDIR || error_number == ENOTDIR || error_number == EEXIST ||
                    error_number == EROFS || error_number == ENAMETOOLONG || error_number == ELOOP ||
                    error_number == EINVAL;
  throw Error(fmt::format("{}: {}", what, std::strerror(error_number)),
              user ? Error::Fault::user : Error::Fault::system);
}

}  // namespace sinew
