#pragma once
#include <string>
#include <string_view>

namespace sinew {

/// Detects content that no file of ours has: a pointer of Git LFS, a web page, an archive, text in UTF-16. Returns what
/// it is and what to do, in words that go after "cannot read …: "; "" for any other content. Looks at the first
/// kilobyte.
std::string foreign_file(std::string_view content);

}  // namespace sinew
