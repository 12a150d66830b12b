#include "robots/protocol/messages.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/text.h"
#include "nets/formats/interface_json.h"
#include "robots/protocol/limits_json_internal.h"

// Numbers travel as little-endian float32 and float64.
static_assert(std::endian::native == std::endian::little);

namespace sinew {
namespace {

using nlohmann::json;

constexpr size_t most_header = 1 << 18, most_frames = 64;  // bytes of the first frame; frames

std::string pack(const json& header) {
  std::string bytes;
  json::to_msgpack(header, bytes);
  return bytes;
}

template <class T>
std::string bytes_of(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

json interface_json(const InterfaceSpec& spec) { return json::parse(interface_to_json(spec)); }

// Visits times and writes them as a map.
struct TimingWriter {
  json map = json::object();
  void required(const char* key, double value) { map[key] = value; }
};

json timing_json(LinkTiming timing) {
  TimingWriter writer;
  timing.visit(writer);
  return std::move(writer.map);
}

json limits_json(const std::vector<ActuatorLimits>& limits) {
  json list = json::array();
  for (const ActuatorLimits& one : limits) list.push_back(limits_to_json(one));
  return list;
}

// For each kind of message: the content of the first frame, and the frames after it.
struct Encoder {
  std::vector<std::string> operator()(const Hello& m) const {
    return {pack({{"kind", "hello"},
                  {"version", m.version},
                  {"policy", m.policy},
                  {"policy_hash", m.policy_hash},
                  {"interface", interface_json(m.interface)},
                  {"limits", limits_json(m.limits)},
                  {"timing", timing_json(m.timing)}})};
  }
  std::vector<std::string> operator()(const Welcome& m) const {
    return {pack({{"kind", "welcome"},
                  {"version", m.version},
                  {"robot", m.robot},
                  {"interface", interface_json(m.interface)},
                  {"limits", limits_json(m.limits)},
                  {"last_session", m.last_session},
                  {"timing", timing_json(m.timing)}})};
  }
  std::vector<std::string> operator()(const Refused& m) const { return {pack({{"kind", "refused"}, {"why", m.why}})}; }
  std::vector<std::string> operator()(const Arm& m) const { return {pack({{"kind", "arm"}, {"session", m.session}})}; }
  std::vector<std::string> operator()(const Acknowledge&) const { return {pack({{"kind", "acknowledge"}})}; }
  std::vector<std::string> operator()(const Stop& m) const { return {pack({{"kind", "stop"}, {"why", m.why}})}; }
  std::vector<std::string> operator()(const Release& m) const { return {pack({{"kind", "release"}, {"why", m.why}})}; }
  std::vector<std::string> operator()(const Heartbeat& m) const {
    return {pack({{"kind", "heartbeat"}, {"sent", m.sent}})};
  }
  std::vector<std::string> operator()(const HeartbeatReply& m) const {
    return {pack({{"kind", "heartbeat_reply"}, {"sent", m.sent}, {"received", m.received}})};
  }
  std::vector<std::string> operator()(const ObservationMessage& m) const {
    std::vector<std::string> frames = {pack({{"kind", "observation"},
                                             {"session", m.session},
                                             {"sequence", m.sequence},
                                             {"stamp", m.stamp},
                                             {"mode", static_cast<int>(m.mode)},
                                             {"alarm", static_cast<int>(m.alarm)},
                                             {"why", m.why},
                                             {"action", m.action},
                                             {"action_age", m.action_age},
                                             {"arrived", m.arrived},
                                             {"refused", m.refused},
                                             {"limited", m.limited},
                                             {"images", m.images.size()}}),
                                       bytes_of(m.numbers), bytes_of(m.joints)};
    frames.insert(frames.end(), m.images.begin(), m.images.end());
    return frames;
  }
  std::vector<std::string> operator()(const RobotAction& m) const {
    return {pack({{"kind", "action"},
                  {"session", m.session},
                  {"sequence", m.sequence},
                  {"answers", m.answers},
                  {"observed_at", m.observed_at}}),
            bytes_of(m.values)};
  }
};

// Stops parsing at a map with a duplicate key, which readers would interpret differently, and at anything larger than
// any message of ours: lists nested too deeply, because the library's parser is recursive; too many values or keys,
// because each costs more than its bytes.
struct BoundsGuard : nlohmann::json_sax<json> {
  static constexpr int deepest = 8;
  static constexpr size_t most_values = 20'000, longest_key = 64, most_keys = 64;  // in all; bytes; per map
  std::string problem;
  bool null() override { return count(); }
  bool boolean(bool) override { return count(); }
  bool number_integer(number_integer_t) override { return count(); }
  bool number_unsigned(number_unsigned_t) override { return count(); }
  bool number_float(number_float_t, const string_t&) override { return count(); }
  bool string(string_t&) override { return count(); }
  bool binary(binary_t&) override { return count(); }
  bool key(string_t& key) override {
    if (key.size() > longest_key)
      return stop_at_size(fmt::format("a key has {} bytes; {} are allowed", key.size(), longest_key));
    std::vector<std::string>& keys = keys_.back();
    if (keys.size() == most_keys) return stop_at_size(fmt::format("a map has more than {} keys", most_keys));
    if (std::ranges::find(keys, key) != keys.end()) return stop(fmt::format("has a key twice: '{}'", key));
    keys.push_back(key);
    return true;
  }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  bool stop(std::string text) {
    problem = std::move(text);
    return false;
  }
  bool stop_at_size(const std::string& text) { return stop("is too large: " + text); }
  bool count() {
    return ++values_ <= most_values || stop_at_size(fmt::format("it has more than {} values", most_values));
  }
  bool open() {
    keys_.emplace_back();
    return (keys_.size() <= deepest ||
            stop_at_size(fmt::format("lists and maps are nested more than {} deep", deepest))) &&
           count();
  }
  bool close() {
    keys_.pop_back();
    return true;
  }
  std::vector<std::vector<std::string>> keys_;  // for each open map; none for lists
  size_t values_ = 0;
};

// The map in a first frame; each key is taken once.
class Header {
 public:
  explicit Header(std::string_view frame) {
    if (frame.size() > most_header) fail("a message's header has {} bytes; {} are allowed", frame.size(), most_header);
    BoundsGuard guard;
    if (json::sax_parse(frame, &guard, json::input_format_t::msgpack)) map_ = json::from_msgpack(frame);
    if (!guard.problem.empty()) fail("a message's header {}", guard.problem);
    if (!map_.is_object()) fail("a message's header is not a MessagePack map");
  }
  std::string text(const char* key) { return take(key, &json::is_string, "a text").get<std::string>(); }
  uint64_t count(const char* key) { return take(key, &json::is_number_unsigned, "a whole number").get<uint64_t>(); }
  double number(const char* key) { return take(key, &json::is_number, "a number").get<double>(); }
  bool has(const char* key) const { return map_.contains(key); }
  json map(const char* key) { return take(key, &json::is_object, "a map"); }
  json list(const char* key) { return take(key, &json::is_array, "a list"); }
  uint64_t below(const char* key, uint64_t end) {
    const uint64_t value = count(key);
    if (value >= end) fail("{}: {} is not a known value", key, value);
    return value;
  }
  /// Throws for keys that were not taken: an unknown field may matter.
  void done() const {
    if (!map_.empty()) fail("the key '{}' is not known", map_.begin().key());
  }

 private:
  json take(const char* key, bool (json::*is_right)() const noexcept, const char* what) {
    const auto entry = map_.find(key);
    if (entry == map_.end()) fail("the key '{}' is missing", key);
    if (!((*entry).*is_right)()) fail("{}: not {}", key, what);
    json value = std::move(*entry);
    map_.erase(entry);
    return value;
  }
  json map_;
};

int version_of(Header& header) {
  const uint64_t version = header.count("version");
  if (version != protocol_version)
    fail("the other side speaks version {} of the protocol, this one {}; use the same version of sinew on both",
         version, protocol_version);
  return protocol_version;
}

template <class T>
std::vector<T> numbers_of(std::string_view frame, const char* what) {
  if (frame.size() % sizeof(T) != 0) fail("{} bytes are no {} in float{}", frame.size(), what, 8 * sizeof(T));
  std::vector<T> numbers(frame.size() / sizeof(T));
  if (!frame.empty()) std::memcpy(numbers.data(), frame.data(), frame.size());
  return numbers;
}

// Visits an actuator and takes its keys from a map.
struct MapReader {
  Header& map;
  template <class T, class... Check>
  void required(const char* key, T& value, const Check&...) {
    take(key, value);
  }
  template <class T, class... Check>
  void optional(const char* key, T& value, const Check&...) {
    if (map.has(key)) take(key, value);
  }

 private:
  void take(const char* key, std::string& value) { value = map.text(key); }
  void take(const char* key, double& value) { value = map.number(key); }
  void take(const char* key, std::vector<double>& values) {
    for (const json& item : map.list(key)) {
      if (!item.is_number()) fail("{}: not a list of numbers", key);
      values.push_back(item.get<double>());
    }
  }
};

std::vector<ActuatorLimits> limits_of(Header& header) {
  std::vector<ActuatorLimits> all;
  for (const json& item : header.list("limits")) {
    if (!item.is_object()) fail("limits: not a list of maps");
    Header map(pack(item));
    MapReader reader{map};
    all.emplace_back().visit(reader);
    map.done();
  }
  check_limits(all);
  return all;
}

LinkTiming timing_of(Header& header) {
  Header map(pack(header.map("timing")));
  MapReader reader{map};
  LinkTiming timing;
  timing.visit(reader);
  map.done();
  return timing;
}

Hello hello_of(Header& header) {
  return {version_of(header),         header.text("policy"),
          header.text("policy_hash"), interface_from_json(header.map("interface").dump()),
          limits_of(header),          timing_of(header)};
}

Welcome welcome_of(Header& header) {
  return {version_of(header), header.text("robot"),         interface_from_json(header.map("interface").dump()),
          limits_of(header),  header.count("last_session"), timing_of(header)};
}

ObservationMessage observation_of(Header& header, std::span<const std::string_view> frames) {
  ObservationMessage message{header.count("session"),
                             header.count("sequence"),
                             header.number("stamp"),
                             static_cast<Mode>(header.below("mode", mode_count)),
                             static_cast<Alarm>(header.below("alarm", alarm_count)),
                             header.count("action"),
                             header.number("action_age"),
                             header.count("arrived"),
                             header.count("refused"),
                             header.count("limited"),
                             {},
                             {},
                             {},
                             header.text("why")};
  const uint64_t images = header.count("images");
  if (frames.size() < 3 || frames.size() - 3 != images)
    fail("an observation with {} images comes in {} frames", images, frames.size());
  message.numbers = numbers_of<float>(frames[1], "observation");
  message.joints = numbers_of<double>(frames[2], "measured joints");
  message.images.assign(frames.begin() + 3, frames.end());
  return message;
}

RobotAction action_of(Header& header, std::span<const std::string_view> frames) {
  if (frames.size() != 2) fail("an action comes in {} frames, not 2", frames.size());
  return {header.count("session"), header.count("sequence"), header.count("answers"), header.number("observed_at"),
          numbers_of<double>(frames[1], "action")};
}

Message message_of(Header& header, std::span<const std::string_view> frames) {
  const std::string kind = header.text("kind");
  if (kind == "observation") return observation_of(header, frames);
  if (kind == "action") return action_of(header, frames);
  if (frames.size() != 1) fail("a message of the kind '{}' comes in {} frames, not 1", kind, frames.size());
  if (kind == "hello") return hello_of(header);
  if (kind == "welcome") return welcome_of(header);
  if (kind == "refused") return Refused{header.text("why")};
  if (kind == "arm") return Arm{header.count("session")};
  if (kind == "acknowledge") return Acknowledge{};
  if (kind == "stop") return Stop{header.text("why")};
  if (kind == "release") {
    const std::string why = header.text("why");
    if (!is_utf8(why)) fail("the 'why' of a release is not UTF-8");
    return Release{why};
  }
  if (kind == "heartbeat") return Heartbeat{header.number("sent")};
  if (kind == "heartbeat_reply") return HeartbeatReply{header.number("sent"), header.number("received")};
  fail("a message of the kind '{}' is not known", kind);
}

}  // namespace

std::vector<std::string> encode(const Message& message) { return std::visit(Encoder(), message); }

Message decode(std::span<const std::string_view> frames) {
  return with_context("a message of the robot link", [&] {
    if (frames.empty() || frames.size() > most_frames)
      fail("{} frames; 1 to {} are allowed", frames.size(), most_frames);
    try {
      Header header(frames[0]);
      Message message = message_of(header, frames);
      header.done();
      return message;
    } catch (const json::exception& error) {  // for example, text that is not UTF-8
      fail("{}", error.what());
    }
  });
}

}  // namespace sinew
