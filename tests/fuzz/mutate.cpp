#include "tests/fuzz/mutate.h"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace sinew::fuzz {
namespace {

constexpr size_t most_input = 1 << 17;

// Numbers at the borders of what types hold, and words that stand for numbers.
const std::vector<std::string> extremes = {"0",
                                           "-1",
                                           "1",
                                           "2",
                                           "255",
                                           "65536",
                                           "1000000000",
                                           "2147483647",
                                           "2147483648",
                                           "4294967295",
                                           "-2147483648",
                                           "1e9",
                                           "1e18",
                                           "1e308",
                                           "1e999",
                                           "-1e308",
                                           "1e-320",
                                           "0.5",
                                           "nan",
                                           ".nan",
                                           ".inf",
                                           "-.inf",
                                           "inf",
                                           "null",
                                           "~",
                                           "true",
                                           "",
                                           "0x7f",
                                           "1_000",
                                           "1e",
                                           "+-1",
                                           "00",
                                           "-0",
                                           "9223372036854775807",
                                           "9223372036854775808",
                                           "18446744073709551615",
                                           "99999999999999999999999999",
                                           "[]",
                                           "{}",
                                           "\"\"",
                                           "\"1\""};

const std::vector<std::string> brackets = {"[", "{", "- ", "<a>", "{\"a\":", "[[", "(", "{a: [", "\"", "? ", "&a "};

size_t below(size_t n, Rng& rng) { return n == 0 ? 0 : rng.below(static_cast<uint32_t>(n)); }

const std::string& any_of(const std::vector<std::string>& list, Rng& rng) { return list[below(list.size(), rng)]; }

// Short pieces mostly, long ones now and then.
size_t piece(size_t most, Rng& rng) { return below(std::min(most, size_t{1} << (1 + below(10, rng))) + 1, rng); }

}  // namespace

const std::string& Mutator::any_seed(Rng& rng) const {
  static const std::string none;
  return seeds_.empty() ? none : any_of(seeds_, rng);
}

std::string Mutator::make_input(Rng& rng) const {
  std::string data = any_seed(rng);
  if (below(50, rng) == 0) {
    data.resize(below(300, rng));
    for (char& c : data) c = static_cast<char>(rng.bits());
  }
  // One change leaves most of the file intact and gets deepest; many find what the rest does.
  size_t changes = 1;
  while (changes < 16 && below(2, rng) == 0) ++changes;
  for (size_t i = 0; i < changes; ++i) change(data, most_input, rng);
  return data;
}

void Mutator::change(std::string& data, size_t most, Rng& rng) const {
  switch (below(10, rng)) {
    case 0:
    case 1: change_bytes(data, rng); break;
    case 2:
    case 3: change_number(data, rng); break;
    case 4: change_line(data, rng); break;
    case 5: move_block(data, rng); break;
    case 6: nest(data, rng); break;
    case 7:
    case 8: insert_word(data, rng); break;
    default: splice(data, rng); break;
  }
  if (data.size() > most) data.resize(most);
}

void Mutator::change_bytes(std::string& data, Rng& rng) const {
  const size_t place = below(data.size() + 1, rng);
  const auto letter = static_cast<char>(below(3, rng) == 0 ? rng.bits() : 32 + below(95, rng));
  switch (below(5, rng)) {
    case 0:
      if (place < data.size()) data[place] = static_cast<char>(data[place] ^ (1 << below(8, rng)));
      break;
    case 1:
      if (place < data.size()) data[place] = letter;
      break;
    case 2: data.insert(place, 1, letter); break;
    case 3: data.erase(place, piece(data.size() - place, rng)); break;
    default: data.resize(place); break;
  }
}

// A run of digits becomes an extreme, or one digit another.
void Mutator::change_number(std::string& data, Rng& rng) const {
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto start = data.begin() + static_cast<ptrdiff_t>(below(data.size(), rng));
  auto first = std::find_if(start, data.end(), is_digit);
  if (first == data.end()) first = std::find_if(data.begin(), data.end(), is_digit);
  if (first == data.end()) return insert_word(data, rng);
  auto last = std::find_if_not(first, data.end(), is_digit);
  if (below(4, rng) == 0) {
    *first = static_cast<char>('0' + below(10, rng));
    return;
  }
  if (below(2, rng) == 0)  // the whole number, with sign, point and exponent
    last = std::find_if_not(first, data.end(), [&](char c) { return is_digit(c) || c == '.' || c == 'e' || c == '-'; });
  data.replace(first, last, any_of(extremes, rng));
}

// A line goes, is there twice, changes places, or its indentation does.
void Mutator::change_line(std::string& data, Rng& rng) const {
  const size_t place = below(data.size(), rng);
  const size_t before = place == 0 ? std::string::npos : data.rfind('\n', place - 1);
  const size_t begin = before == std::string::npos ? 0 : before + 1;
  const size_t end = std::min(data.find('\n', place), data.size());
  const std::string line = data.substr(begin, end - std::min(begin, end)) + "\n";
  const size_t newline = data.find('\n', below(data.size(), rng));
  switch (below(4, rng)) {
    case 0: data.erase(begin, line.size()); break;
    case 1: data.insert(begin, line); break;
    case 2:
      if (newline != std::string::npos) data.insert(newline + 1, line);
      break;
    default: data.insert(begin, 1 + below(4, rng), ' '); break;
  }
}

void Mutator::move_block(std::string& data, Rng& rng) const {
  const size_t from = below(data.size(), rng);
  const std::string block = data.substr(from, piece(data.size() - from, rng));
  const size_t times = below(20, rng) == 0 ? 1 + below(200, rng) : 1;
  std::string copies;
  for (size_t i = 0; i < times && copies.size() < most_input; ++i) copies += block;
  data.insert(below(data.size() + 1, rng), copies);
}

// A bracket many times over: depth.
void Mutator::nest(std::string& data, Rng& rng) const {
  const std::string& bracket = any_of(brackets, rng);
  const size_t times = below(10, rng) == 0 ? below(20000, rng) : below(100, rng);
  std::string all;
  for (size_t i = 0; i < times; ++i) all += bracket;
  data.insert(below(data.size() + 1, rng), all);
}

void Mutator::insert_word(std::string& data, Rng& rng) const {
  const std::string& word = words_.empty() || below(3, rng) == 0 ? any_of(extremes, rng) : any_of(words_, rng);
  const size_t place = below(data.size() + 1, rng);
  const size_t replaced = below(2, rng) == 0 ? piece(std::min(word.size(), data.size() - place), rng) : 0;
  data.replace(place, replaced, word);
}

void Mutator::splice(std::string& data, Rng& rng) const {
  const std::string& other = any_seed(rng);
  const size_t from = below(other.size(), rng);
  const std::string part = other.substr(from, below(4, rng) == 0 ? std::string::npos : piece(other.size() - from, rng));
  const size_t place = below(data.size() + 1, rng);
  const size_t replaced = below(2, rng) == 0 ? piece(data.size() - place, rng) : 0;
  data.replace(place, replaced, part);
}

}  // namespace sinew::fuzz
