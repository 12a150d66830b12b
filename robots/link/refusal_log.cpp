#include "robots/link/refusal_log.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace sinew {
namespace {

// A peer that sends rubbish can produce an unlimited number of new reasons.
constexpr size_t most_reasons = 64;
const std::string others = "further reasons";

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// "the key 'x1' has 12 bytes" → "the key '' has # bytes".
std::string kind_of(const std::string& reason) {
  std::string kind;
  for (size_t i = 0; i < reason.size(); ++i) {
    if (is_digit(reason[i])) {
      while (i + 1 < reason.size() && (is_digit(reason[i + 1]) || reason[i + 1] == '.')) ++i;
      kind += '#';
      continue;
    }
    kind += reason[i];
    if (reason[i] != '\'') continue;
    const size_t end = reason.find('\'', i + 1);
    if (end == reason.npos) continue;
    kind += '\'';
    i = end;
  }
  return kind;
}

}  // namespace

RefusalLog::Reason& RefusalLog::find(const std::string& reason) {
  const auto of_kind = [this](const std::string& kind) { return std::ranges::find(reasons_, kind, &Reason::kind); };
  const std::string kind = kind_of(reason);
  if (const auto known = of_kind(kind); known != reasons_.end()) {
    known->text = reason;
    return *known;
  }
  if (reasons_.size() < most_reasons) return reasons_.emplace_back(Reason{.kind = kind, .text = reason});
  if (const auto rest = of_kind(others); rest != reasons_.end()) return *rest;
  return reasons_.emplace_back(Reason{.kind = others, .text = others});
}

std::string RefusalLog::add(const std::string& reason, double now, uint64_t times) {
  Reason& one = find(reason);
  one.count += times;
  one.unsaid += times;
  if (one.was_said && now - one.said_at < interval_) return "";
  const std::string text = one.unsaid > 1 ? fmt::format("{} ({} times)", one.text, one.unsaid) : one.text;
  one.was_said = true;
  one.said_at = now;
  one.unsaid = 0;
  return text;
}

void RefusalLog::forget_what_was_said() {
  for (Reason& one : reasons_) one.was_said = false;
}

void RefusalLog::begin_counting() {
  for (Reason& one : reasons_) one.count = 0;
}

uint64_t RefusalLog::count() const {
  uint64_t sum = 0;
  for (const Reason& one : reasons_) sum += one.count;
  return sum;
}

std::string RefusalLog::commonest() const {
  const auto most = std::ranges::max_element(reasons_, {}, &Reason::count);
  if (most == reasons_.end() || most->count == 0) return "";
  if (most->count == count()) return most->text;
  return fmt::format("most of them ({}): {}", most->count, most->text);
}

}  // namespace sinew
