#include "robots/lekiwi_body.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <tuple>
#include <utility>

#include "core/clock.h"
#include "core/text.h"
#include "vision/jpeg.h"

namespace sinew {
namespace {

constexpr int64_t most_incoming_bytes = 1 << 23;  // of a frame: two pictures as base64 in the single one
constexpr int last_words = 200, last_times = 4;   // ms, and how often in these, for the last command
constexpr double longest_wait = 0.05;             // s
constexpr int most_messages_at_once = 100;
constexpr double shortest_silence = 0.5;  // s, that is worth a word

constexpr const char* how_it_ends =
    "LeRobot's host ends by itself 30 s after its start, unless told otherwise (--host.connection_time_s)";

bool is_worth_a_word(uint64_t count) { return std::has_single_bit(count); }

LinkSocket::Options options(int linger = 0) {
  return {.queue = 1, .most_bytes = most_incoming_bytes, .linger = linger};
}

}  // namespace

LekiwiBody::LekiwiBody(const RobotConfig& config, AdapterEvents on_event)
    : wire_(read_lekiwi_config(config)),
      on_event_(std::move(on_event)),
      keys_(lekiwi_keys_of(config, wire_)),
      cameras_(lekiwi_cameras(wire_)),
      shortest_(0.5 / config.rate),
      longest_(std::max(config.watches.age, shortest_silence)),
      position_(keys_.size()),
      velocity_(keys_.size()),
      actuators_(config.actuators),
      command_socket_(context_, LinkSocket::Kind::push, options(last_words)),
      observation_socket_(context_, LinkSocket::Kind::pull, options()) {
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
    wait_for(sockets, bell_, longest_wait);
    if (receive(now_seconds())) return;
  }
  if (!refusal_.empty()) fail("the LeKiwi at {} sends what is not understood: {}", wire_.observations, refusal_);
  fail("the LeKiwi at {} says nothing within {:.3g} s; is its host running? {}", wire_.observations,
       wire_.connect_timeout, how_it_ends);
}

// Once, of the first observation: later ones are refused one by one, on the policy's side.
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

// What fails stops the robot, by fault(); the thread goes on, for a stopped robot is told to hold.
void LekiwiBody::serve() {
  while (!ending_) {
    try {
      step();
    } catch (const std::exception& error) {
      has_command_ = false;
      if (!failed_.exchange(true)) on_event_(fmt::format("the link to the LeKiwi has failed: {}", error.what()));
    }
  }
  say_the_last();
}

// The host looks once in its period, and what lies in a conflating queue then is gone when the connection is
// (measured). So the last command is said a few times, and the connection kept meanwhile.
void LekiwiBody::say_the_last() {
  if (!commands_.fetch() && counters_.commands == 0) return;
  for (int i = 0; i < last_times; ++i) {
    has_command_ = true;
    send_command();
    std::this_thread::sleep_for(std::chrono::milliseconds(last_words / last_times));
  }
}

void LekiwiBody::step() {
  LinkSocket* sockets[] = {&observation_socket_};
  wait_for(sockets, bell_, longest_wait);
  bell_.answer();
  send_command();
  receive(now_seconds());
  watch_silence(now_seconds());
}

// The newest counts. False: none, or none that was understood.
bool LekiwiBody::receive(double now) {
  bool has_news = false;
  for (int i = 0; i < most_messages_at_once && observation_socket_.receive(newer_); ++i, has_news = true)
    frames_.swap(newer_);
  if (!has_news) return false;
  LekiwiObservation seen;
  try {
    seen = decode_lekiwi_observation(frames_);
  } catch (const Error& error) {
    refuse(error);
    return false;
  }
  take(std::move(seen), now);
  return true;
}

void LekiwiBody::refuse(const Error& error) {
  refusal_ = shortened(error.what(), 400);
  if (const uint64_t count = ++counters_.refused; is_worth_a_word(count))
    on_event_(fmt::format("an observation of the LeKiwi is refused ({} so far): {}", count, refusal_));
}

void LekiwiBody::take(LekiwiObservation&& seen, double now) {
  const bool first = counters_.observations == 0;
  if (first) check_cameras(seen);
  if ((first || version_ != seen.wire) && seen.wire == LekiwiWire::single)
    on_event_(
        "the LeKiwi's host is of LeRobot 0.6.0 or older. Before 0.6.0 its arm counted in -100…100, which looks the "
        "same on the wire: then stop here");
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

// One that is missing is empty: on the policy's side, an observation with it is of no use.
void LekiwiBody::pack_pictures(LekiwiObservation& seen, std::string& out) {
  out.clear();
  for (const SensorSpec& camera : cameras_) {
    const auto found = std::ranges::find(seen.cameras, camera.name, &std::pair<std::string, std::string>::first);
    const std::string_view jpeg = found == seen.cameras.end() ? std::string_view() : std::string_view(found->second);
    if (jpeg.empty())
      if (const uint64_t count = ++counters_.pictures_missing; is_worth_a_word(count))
        on_event_(
            fmt::format("an observation of the LeKiwi lacks the picture of '{}' ({} so far)", camera.name, count));
    const auto size = static_cast<uint32_t>(jpeg.size());
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out.append(jpeg);
  }
}

void LekiwiBody::send_command() {
  has_command_ |= commands_.fetch();
  if (!has_command_) return;
  const std::string text = encode_lekiwi_command(commands_.front());
  const std::string_view frame = text;
  if (!command_socket_.send({&frame, 1})) return;  // tried again, or the next one instead
  has_command_ = false;
  ++counters_.commands;
}

void LekiwiBody::watch_silence(double now) {
  const bool silent = now - last_.received > longest_;
  if (std::exchange(silent_, silent) == silent) return;
  on_event_(silent ? fmt::format(
                         "nothing was understood of the LeKiwi for {:.2g} s: what it measured is stale, and the robot, "
                         "if it was armed, is stopped. {}",
                         now - last_.received, how_it_ends)
                   : "the LeKiwi is heard again");
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

// The pictures came with the numbers; the scene is they.
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
  LekiwiCommand& out = commands_.back();
  out = {};
  for (size_t i = 0; i < keys_.size(); ++i) {
    out[keys_[i]] = commands[i];
    told_[keys_[i]] = (commands[i] - actuators_[i].offset) / actuators_[i].scale;
  }
  commands_.publish();
  bell_.ring();
  commanding_ = true;
}

void LekiwiBody::rest() {
  if (!std::exchange(commanding_, false)) return;
  told_ = {};
  commands_.back() = {};
  commands_.publish();
  bell_.ring();
}

}  // namespace sinew
