#include "robots/lekiwi/lekiwi_body.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <tuple>
#include <utility>

#include "core/clock.h"
#include "core/text.h"
#include "vision/jpeg.h"

namespace sinew {
namespace {

constexpr int64_t most_observation_bytes = 1 << 23;  // of a frame: two pictures as base64 in the single one
constexpr int linger = 200;                          // ms
constexpr double longest_body_wait = 0.05;           // s
constexpr double shortest_last_words = 0.25;         // s: two periods of a host of 10 Hz, and some
constexpr double between_last_words = 0.02;          // s
constexpr int most_observations_at_once = 100;
constexpr double shortest_silence = 0.5;  // s, minimum duration to report

constexpr const char* how_it_ends =
    "LeRobot's host ends by itself 30 s after its start, unless told otherwise (--host.connection_time_s)";

LinkSocket::Options body_socket(int linger_ms = 0) {
  return {.queue = 1, .most_bytes = most_observation_bytes, .linger = linger_ms};
}

// All of the arm's keys are required: LeRobot writes the arm's motors first and fails without them, and the wheels then
// stay as they are.
std::vector<size_t> checked_keys(const RobotConfig& config, const LekiwiConfig& wire) {
  std::vector<size_t> keys = lekiwi_keys_of(config, wire);
  if (std::ranges::none_of(keys, [](size_t key) { return key < lekiwi_arm_size; }))
    fail(
        "actuators: none is a joint of the arm. LeRobot's host fails on a command without one, and does not move its "
        "base: add at least one joint, for example {}",
        lekiwi_keys.front());
  return keys;
}

void check_version(LekiwiWire wire, bool accepts_old) {
  if (wire == LekiwiWire::single && !accepts_old)
    fail(
        "its host is of LeRobot 0.6.0 or older. Those count the arm in degrees or in -100…100, and nothing on the wire "
        "says which. Update it; or, where you know that it counts degrees (0.6.0, or use_degrees), say so in the "
        "robot's file: accept: [{}, …]",
        lekiwi_old_wire);
}

}  // namespace

LekiwiBody::LekiwiBody(const RobotConfig& config, AdapterEvents on_event)
    : wire_(read_lekiwi_config(config)),
      accepts_old_wire_(std::ranges::find(config.accept, lekiwi_old_wire) != config.accept.end()),
      on_event_(std::move(on_event)),
      keys_(checked_keys(config, wire_)),
      cameras_(lekiwi_cameras(wire_)),
      shortest_(0.5 / config.rate),
      longest_(std::max(config.watches.age, shortest_silence)),
      period_(1 / config.rate),
      last_words_(std::max(2 * config.watches.age, shortest_last_words)),  // a slower host stops the robot
      position_(keys_.size()),
      velocity_(keys_.size()),
      actuators_(config.actuators),
      command_socket_(context_, LinkSocket::Kind::push, body_socket(linger)),
      observation_socket_(context_, LinkSocket::Kind::pull, body_socket()) {
  std::tie(sensors_, sources_) = lekiwi_sensors(wire_);
  sensors_.insert(sensors_.end(), cameras_.begin(), cameras_.end());
  command_socket_.connect(wire_.commands);
  observation_socket_.connect(wire_.observations);
  await_first();
  thread_ = std::thread([this] { serve(); });
}

LekiwiBody::~LekiwiBody() {
  rest();
  ending_ = true;
  bell_.ring();
  thread_.join();
}

void LekiwiBody::await_first() {
  const double deadline = now_seconds() + wire_.connect_timeout;
  LinkSocket* sockets[] = {&observation_socket_};
  while (now_seconds() < deadline) {
    wait_for(sockets, bell_, longest_body_wait);
    if (receive(now_seconds())) return;
  }
  if (!refusal_.empty())
    fail("the LeKiwi at {} sends messages that are not understood: {}", wire_.observations, refusal_);
  fail("the LeKiwi at {} says nothing within {:.3g} s (connect_timeout of its file's wire); is its host running? {}",
       wire_.observations, wire_.connect_timeout, how_it_ends);
}

// Only for the first observation; later ones are refused one by one, on the policy's side.
void LekiwiBody::check_cameras(const LekiwiObservation& seen) const {
  std::vector<std::string> names;
  for (const auto& [name, jpeg] : seen.cameras) names.push_back(name);
  for (const SensorSpec& camera : cameras_) {
    const auto found = std::ranges::find(seen.cameras, camera.name, &std::pair<std::string, std::string>::first);
    if (found == seen.cameras.end())
      fail("the LeKiwi sends no camera '{}', it has: {}", camera.name, names.empty() ? "none" : join(names));
    if (found->second.empty()) continue;
    with_context(fmt::format("the LeKiwi's camera '{}'", camera.name), [&] {
      const ImageShape announced{camera.shape[0], camera.shape[1], 3};
      const auto* bytes = reinterpret_cast<const uint8_t*>(found->second.data());
      if (const ImageShape sent = JpegDecoder().read_header({bytes, found->second.size()}); sent != announced)
        fail("a picture is {}, the robot's file says {} ", sent.text(), announced.text());
    });
  }
}

// A failure stops the robot, through fault(); the thread continues, because a stopped robot is commanded to hold. It
// leaves once the last command has been repeated: a host reads once per period, and a message in its conflating queue
// is lost with the connection (measured).
void LekiwiBody::serve() {
  bool is_done = false;
  while (!is_done) {
    const bool is_ending = ending_;  // read before the step, which then sends the last command
    try {
      step();
    } catch (const std::exception& error) {
      has_command_ = false;
      if (!failed_.exchange(true)) on_event_(fmt::format("the link to the LeKiwi has failed: {}", error.what()));
    }
    is_done = is_ending && !has_last_words(now_seconds());
  }
}

void LekiwiBody::step() {
  LinkSocket* sockets[] = {&observation_socket_};
  wait_for(sockets, bell_, has_last_words(now_seconds()) ? between_last_words : longest_body_wait);
  bell_.answer();
  const double woken = now_seconds();
  send_command(woken);
  receive(now_seconds());
  watch_silence(now_seconds());
  watch_rate(now_seconds());
  busy_ += now_seconds() - woken;
}

// The newest message counts. False: none, or none that could be decoded.
bool LekiwiBody::receive(double now) {
  int news = 0;
  for (; news < most_observations_at_once && observation_socket_.receive(newer_); ++news) frames_.swap(newer_);
  if (news == 0) return false;
  share_.add(now, news, std::exchange(busy_, 0));
  LekiwiObservation seen;
  try {
    observation_socket_.check_size();
    seen = decode_lekiwi_observation(frames_);
    check_version(seen.wire, accepts_old_wire_);
  } catch (const Error& error) {
    refuse(error);
    return false;
  }
  take(std::move(seen), now);
  return true;
}

void LekiwiBody::refuse(const Error& error) {
  refusal_ = shortened(error.what(), 400);
  ++counters_.refused;
  if (const std::string said = refusals_.add(refusal_, now_seconds()); !said.empty())
    on_event_("an observation of the LeKiwi is refused: " + said);
}

void LekiwiBody::take(LekiwiObservation&& seen, double now) {
  const bool first = counters_.observations == 0;
  if (first) check_cameras(seen);
  if ((first || version_ != seen.wire) && seen.wire == LekiwiWire::single)
    on_event_("the LeKiwi's host is of LeRobot 0.6.0 or older; its arm is taken to count degrees");
  version_ = seen.wire;
  const double seconds = std::max(now - last_.received, shortest_);
  for (size_t i = 0; i < lekiwi_arm_size; ++i)
    last_.velocities[i] = first ? 0 : (seen.numbers[i] - last_.numbers[i]) / seconds;
  last_.numbers = seen.numbers;
  last_.received = now;
  pack_pictures(seen, last_.pictures);
  arrived_.back() = last_;
  arrived_.publish();
  ++counters_.observations;
}

// A missing picture is empty: on the policy's side, an observation with it is unusable.
void LekiwiBody::pack_pictures(LekiwiObservation& seen, std::string& out) {
  out.clear();
  for (const SensorSpec& camera : cameras_) {
    const auto found = std::ranges::find(seen.cameras, camera.name, &std::pair<std::string, std::string>::first);
    const std::string_view jpeg = found == seen.cameras.end() ? std::string_view() : std::string_view(found->second);
    if (jpeg.empty()) {
      ++counters_.pictures_missing;
      const std::string lack = fmt::format("an observation of the LeKiwi lacks the picture of '{}'", camera.name);
      if (const std::string said = missing_pictures_.add(lack, now_seconds()); !said.empty()) on_event_(said);
    }
    const auto size = static_cast<uint32_t>(jpeg.size());
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out.append(jpeg);
  }
}

void LekiwiBody::send_command(double now) {
  if (commands_.fetch()) {
    if (told_last_.is_last) refusals_.forget_what_was_said();  // a session begins
    told_last_ = commands_.front();
    quiet_from_ = now + last_words_;
    has_command_ = true;
  }
  if (!has_command_ && !has_last_words(now)) return;
  const std::string text = encode_lekiwi_command(told_last_.command);
  const std::string_view frame = text;
  if (!command_socket_.send({&frame, 1})) return;  // tried again, or replaced by the next one
  has_command_ = false;
  ++counters_.commands;
}

void LekiwiBody::watch_silence(double now) {
  const bool silent = now - last_.received > longest_;
  if (std::exchange(silent_, silent) == silent) return;
  if (!silent) return on_event_("the LeKiwi is heard again");
  const uint64_t lost = observation_socket_.disconnections();
  const bool was_cut = std::exchange(disconnections_, lost) != lost;
  on_event_(
      fmt::format("no valid observation came from the LeKiwi for {:.2g} s: its measurements are stale, and the robot "
                  "is stopped if it was armed. {}{}",
                  now - last_.received, how_it_ends,
                  was_cut ? "; the connection was lost, which also happens when a frame has more than 16 MiB" : ""));
}

// The host sends each observation to only one of its subscribers.
void LekiwiBody::watch_rate(double now) {
  if (share_.usual() > 1.5 * period_ && !std::exchange(told_slow_, true))
    on_event_(
        fmt::format("the LeKiwi's observations come at {:.0f} Hz, and the robot's file says rate: {:.4g}. Its host is "
                    "slow, or another "
                    "client, which may command it too, takes some of them",
                    1 / share_.usual(), 1 / period_));
  const bool is_shared = share_.is_half(now);
  if (shared_.exchange(is_shared) == is_shared) return;
  on_event_(is_shared ? "the LeKiwi's observations come half as often as before: another client takes every other one, "
                        "and may command it too, or its host has become that slow. The robot is stopped if it was armed"
                      : "the LeKiwi's observations come as often as before");
}

const char* LekiwiBody::fault() const {
  if (failed_) return "the thread that speaks to the LeKiwi has failed";
  return shared_ ? "another client takes every other observation of the LeKiwi, or its host has become half as fast"
                 : nullptr;
}

RobotState LekiwiBody::measure() {
  arrived_.fetch();
  const Arrived& seen = arrived_.front();
  for (size_t i = 0; i < keys_.size(); ++i) {
    const bool of_arm = keys_[i] < lekiwi_arm_size;
    position_[i] = of_arm ? seen.numbers[keys_[i]] : 0;
    velocity_[i] = of_arm ? seen.velocities[keys_[i]] : seen.numbers[keys_[i]];
  }
  return {.joints = {position_, velocity_, {}}, .stamp = seen.received};
}

void LekiwiBody::observe(std::span<float> numbers, std::string& scene) {
  const Arrived& seen = arrived_.front();
  for (size_t i = 0; i < sources_.size(); ++i) {
    const auto [place, value] = sources_[i];
    numbers[i] = static_cast<float>(place < LekiwiSource::velocities ? seen.numbers[place]
                                    : place < LekiwiSource::told     ? seen.velocities[place - LekiwiSource::velocities]
                                    : place < LekiwiSource::constant ? told_[place - LekiwiSource::told]
                                                                     : value);
  }
  scene = seen.pictures;
}

// The pictures arrived with the numbers; the scene contains them.
void LekiwiBody::take_images(const std::string& scene, std::vector<std::string>& images) {
  images.resize(cameras_.size());
  size_t at = 0;
  for (std::string& image : images) {
    uint32_t size = 0;
    std::memcpy(&size, scene.data() + at, sizeof size);
    image.assign(scene, at + sizeof size, size);
    at += sizeof size + size;
  }
}

void LekiwiBody::command(std::span<const double> commands) {
  for (size_t i = 0; i < keys_.size(); ++i) {
    last_command_[keys_[i]] = commands[i];
    told_[keys_[i]] = (commands[i] - actuators_[i].offset) / actuators_[i].scale;
  }
  commands_.back() = {last_command_, false};
  commands_.publish();
  bell_.ring();
  commanding_ = true;
}

void LekiwiBody::rest() {
  if (!std::exchange(commanding_, false)) return;
  told_ = {};
  for (size_t key = lekiwi_arm_size; key < lekiwi_size; ++key) last_command_[key] = 0;
  commands_.back() = {last_command_, true};
  commands_.publish();
  bell_.ring();
}

}  // namespace sinew
