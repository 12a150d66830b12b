#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "core/error.h"
#include "core/safe_file.h"
#include "core/text.h"
#include "sim/model/xml_scan_internal.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr size_t most_bytes = size_t{64} << 20;
constexpr size_t most_elements = 500'000;
constexpr size_t most_files = 200;
constexpr size_t most_levels = 1000;

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::string decoded(std::string_view text) {
  constexpr std::pair<std::string_view, char> entities[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  std::string out;
  while (!text.empty()) {
    const auto* entity = std::ranges::find_if(entities, [&](const auto& pair) { return text.starts_with(pair.first); });
    out += entity == std::end(entities) ? text[0] : entity->second;
    text.remove_prefix(entity == std::end(entities) ? 1 : entity->first.size());
  }
  return out;
}

// Parses "size=".1" name='a'" of an element.
void read_attributes(std::string_view text, XmlElement& element) {
  while (true) {
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) return;
    std::string_view name = text.substr(0, equals);
    while (!name.empty() && is_space(name.front())) name.remove_prefix(1);
    while (!name.empty() && is_space(name.back())) name.remove_suffix(1);
    const size_t quote = text.find_first_of("\"'", equals);
    if (quote == std::string_view::npos) return;
    const size_t end = text.find(text[quote], quote + 1);
    if (end == std::string_view::npos) return;
    element.attributes.emplace_back(name, decoded(text.substr(quote + 1, end - quote - 1)));
    text.remove_prefix(end + 1);
  }
}

// The end of markup that begins with '<' at `begin`: past its '>', or past the end of a comment or character section.
size_t end_of_markup(std::string_view text, size_t begin) {
  constexpr std::pair<std::string_view, std::string_view> sections[] = {
      {"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
  for (const auto& [start, finish] : sections)
    if (text.substr(begin).starts_with(start)) {
      const size_t end = text.find(finish, begin + start.size());
      return end == std::string_view::npos ? end : end + finish.size();
    }
  char quote = 0;
  for (size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && c == '>') return i + 1;
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
  }
  return std::string_view::npos;
}

class Scanner {
 public:
  Scanner(XmlScan& scan, bool follows_includes) : scan_(scan), follows_includes_(follows_includes) {}

  // parent: that of the file's top-level elements; the root of an included file is left out.
  void read(const std::string& path, std::string_view text, int parent, bool included) {
    const size_t file = scan_.files.size();
    scan_.files.push_back(path);
    std::vector<std::pair<std::string, int>> open;  // names, and the indices of their elements
    int line = 1;
    const auto count_lines = [&](size_t from, size_t to) {
      line += static_cast<int>(
          std::count(text.begin() + static_cast<ptrdiff_t>(from), text.begin() + static_cast<ptrdiff_t>(to), '\n'));
    };
    size_t end = 0;
    for (size_t begin; (begin = text.find('<', end)) != std::string_view::npos;) {
      count_lines(end, begin);
      const size_t finish = end_of_markup(text, begin);
      if (finish == std::string_view::npos)
        return note(fmt::format("{}:{}: it is not complete XML: what begins here does not end", path, line));
      const std::string_view markup = text.substr(begin, finish - begin);
      if (markup.starts_with("</")) {
        close(markup, path, line, open);
      } else if (!markup.starts_with("<!") && !markup.starts_with("<?")) {
        const bool root = open.empty();
        const int above = root ? parent : open.back().second;
        const int element = root && included ? parent : add(markup, above, file, line);
        if (!markup.ends_with("/>")) open.emplace_back(name_of(markup), element);
        if (scan_.elements.size() >= most_elements || open.size() >= most_levels) return;
      }
      count_lines(begin, finish);
      end = finish;
    }
    if (!open.empty())
      note(fmt::format("{}: it is not complete XML: <{}> of line {} is not closed", path, open.back().first,
                       open.back().second >= 0 ? scan_.elements[static_cast<size_t>(open.back().second)].line : 1));
  }

 private:
  static std::string name_of(std::string_view markup) {
    markup.remove_prefix(1);
    const size_t end = markup.find_first_of(" \t\r\n/>");
    return std::string(markup.substr(0, end));
  }

  int add(std::string_view markup, int parent, size_t file, int line) {
    XmlElement element{.name = name_of(markup), .attributes = {}, .parent = parent, .file = file, .line = line};
    read_attributes(markup.substr(1 + element.name.size()), element);
    const std::string* file_name = element.name == "include" ? element.find("file") : nullptr;
    const std::string included = file_name ? *file_name : "";
    const int index = static_cast<int>(scan_.elements.size());
    scan_.elements.push_back(std::move(element));
    if (follows_includes_ && !included.empty()) include(included, parent, scan_.place(scan_.elements.back()));
    return index;
  }

  void include(const std::string& file, int parent, const std::string& place) {
    const std::string path = path_beside(scan_.files[0], "", file);
    if (std::ranges::find(scan_.files, path) != scan_.files.end() || scan_.files.size() >= most_files) return;
    try {
      const std::string text = read_file(path, most_bytes);
      read(path, text, parent, true);
    } catch (const Error& error) {
      note(fmt::format("{}: {}", place, error.what()));
    }
  }

  void close(std::string_view markup, const std::string& path, int line,
             std::vector<std::pair<std::string, int>>& open) {
    std::string name(markup.substr(2, markup.size() - 3));
    while (!name.empty() && is_space(name.back())) name.pop_back();
    if (!open.empty() && open.back().first == name) return open.pop_back();
    if (open.empty())
      return note(fmt::format("{}:{}: it is not well-formed XML: </{}> closes nothing", path, line, name));
    note(
        fmt::format("{}:{}: it is not well-formed XML: </{}> where <{}> is open", path, line, name, open.back().first));
    const auto same = std::ranges::find(open.rbegin(), open.rend(), name, &std::pair<std::string, int>::first);
    if (same != open.rend()) open.erase(same.base() - 1, open.end());
  }

  void note(const std::string& fault) {
    if (scan_.fault.empty()) scan_.fault = fault;
  }

  XmlScan& scan_;
  bool follows_includes_;
};

}  // namespace

const std::string* XmlElement::find(std::string_view attribute) const {
  for (const auto& [key, value] : attributes)
    if (key == attribute) return &value;
  return nullptr;
}

std::string XmlScan::place(const XmlElement& element) const {
  return fmt::format("{}:{}", files[element.file], element.line);
}

XmlScan scan_xml(const std::string& path) { return scan_xml(path, read_file(path, most_bytes)); }

XmlScan scan_xml(const std::string& path, const std::string& text) {
  XmlScan scan;
  Scanner(scan, true).read(path, text, -1, false);
  return scan;
}

XmlScan scan_xml_alone(const std::string& path, const std::string& text) {
  XmlScan scan;
  Scanner(scan, false).read(path, text, -1, false);
  return scan;
}

std::string path_beside(const std::string& model, const std::string& folder, const std::string& file) {
  return (fs::path(model).parent_path() / folder / file).string();
}

}  // namespace sinew
