#include "tests/fuzz/link_messages.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "robots/protocol/handshake.h"
#include "robots/protocol/messages.h"
#include "tests/robots/fake_robot.h"

namespace sinew::fuzz {
namespace {

using nlohmann::json;

const std::string border("\xff\0|\xfe", 4);  // between two frames

// The map as JSON, changed, and packed again; false: it is none, before or after.
bool change_map(std::string& frame, const std::function<std::string(std::string)>& change) {
  const json map = json::from_msgpack(frame, true, false);
  if (!map.is_object()) return false;
  const json changed = json::parse(change(map.dump(-1, ' ', false, json::error_handler_t::replace)), nullptr, false);
  if (changed.is_discarded()) return false;
  frame.clear();
  json::to_msgpack(changed, frame);
  return true;
}

}  // namespace

std::string join_frames(const Frames& frames) {
  std::string text;
  for (size_t i = 0; i < frames.size(); ++i) text += (i > 0 ? border : "") + frames[i];
  return text;
}

Frames split_frames(const std::string& text) {
  Frames frames;
  for (size_t begin = 0, end = 0; end != std::string::npos; begin = end + border.size()) {
    end = text.find(border, begin);
    frames.push_back(text.substr(begin, end - begin));
  }
  return frames;
}

std::vector<Frames> link_messages() {
  const Policy policy = fake_policy();
  const Welcome welcome = make_welcome(fake_config(), fake_interface().sensors);
  const ObservationMessage observation{.session = 1,
                                       .sequence = 900,
                                       .stamp = 12.5,
                                       .mode = Mode::armed,
                                       .action = 2,
                                       .action_age = 0.004,
                                       .refused = 5,
                                       .limited = 6,
                                       .numbers = {0.1f, 0.2f, 0, -1},
                                       .joints = {0.1, 0.2, 0, -1},
                                       .images = {"\xff\xd8jpeg"}};
  std::vector<Frames> all;
  for (const Message& message : {Message(make_hello("fake", PolicyRunner(policy), fake_config())), Message(welcome),
                                 Message(Refused{"it is another one"}), Message(Arm{1}), Message(Acknowledge{}),
                                 Message(Stop{"enough"}), Message(Heartbeat{1.5}), Message(HeartbeatReply{1.5, 90}),
                                 Message(observation), Message(RobotAction{1, 3, 900, 12.5, {0.5, -0.5}})})
    all.push_back(encode(message));
  return all;
}

void change_frames(Frames& frames, Rng& rng, const std::function<std::string(std::string)>& change) {
  if (frames.empty()) frames.emplace_back();
  const auto any = [&] { return frames.begin() + rng.below(static_cast<uint32_t>(frames.size())); };
  switch (rng.below(8)) {
    case 0: frames.insert(any(), *any()); break;
    case 1: frames.erase(any()); break;
    case 2: std::iter_swap(any(), any()); break;
    case 3:
    case 4: {
      std::string& frame = *any();
      frame = change(frame);
      break;
    }
    default:
      if (!change_map(frames.front(), change)) frames.front() = change(frames.front());
  }
}

std::vector<std::string> link_words() {
  std::vector<std::string> words = {"\x80",
                                    "\x91",
                                    "\xdd\xff\xff\xff\xff",
                                    "\xdf\xff\xff\xff\xff",
                                    "\xdb\xff\xff\xff\xff",
                                    "\xc6\xff\xff\xff\xff",
                                    "\xc9\xff\xff\xff\xff\x01",
                                    "\xcb\x7f\xf8",
                                    "\xd9\xff",
                                    "\xc1",
                                    border};
  for (const double number : {0.0, 1e300, -1e-300, HUGE_VAL, std::nan("")})
    words.emplace_back(reinterpret_cast<const char*>(&number), sizeof number);
  for (const char* key :
       {"kind",     "version",      "policy",  "policy_hash",  "interface", "limits",  "robot",   "last_session",
        "why",      "session",      "sent",    "received",     "sequence",  "stamp",   "mode",    "alarm",
        "action",   "action_age",   "arrived", "refused",      "limited",   "images",  "answers", "observed_at",
        "sensors",  "actions",      "name",    "type",         "shape",     "labels",  "units",   "frames",
        "format",   "rate",         "parts",   "low",          "high",      "command", "unit",    "position",
        "velocity", "acceleration", "step",    "when_stopped", "torque",    "damping", "timing",  "max_age",
        "watchdog", "link_timeout", "blend"}) {
    words.push_back(static_cast<char>(0xa0 + std::string(key).size()) + std::string(key));
    words.push_back(std::string("\"") + key + "\":");
  }
  for (const char* kind :
       {"hello", "welcome", "arm", "stop", "observation", "action", "uint8", "hold", "damp", "velocity"})
    words.push_back(std::string("\"") + kind + "\"");
  return words;
}

}  // namespace sinew::fuzz
