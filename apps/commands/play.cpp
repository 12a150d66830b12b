// sinew play: runs a policy in the simulator.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <thread>

#include "agents/run/evaluator.h"
#include "apps/command_line/json_file_internal.h"
#include "apps/command_line/live_line.h"
#include "apps/command_line/policy_argument.h"
#include "apps/command_line/terminal.h"
#include "apps/commands/commands.h"
#include "apps/media/film_rate.h"
#include "apps/media/internals_view.h"
#include "apps/media/media.h"
#include "apps/media/observed_images.h"
#include "core/clock.h"
#include "core/log.h"
#include "sim/camera/window.h"

namespace sinew {
namespace {

constexpr int picture_width = 640, picture_height = 480;

struct PlayArguments {
  std::string policy;
  std::optional<std::string> task, video, json;
  int episodes = 10;
  uint64_t seed = 1;
  double video_seconds = 15;
  bool window = false, inside = false;
};

double control_rate(const EnvSpec& spec) { return spec.actions.rate > 0 ? spec.actions.rate : 30; }

// Shows the steps in a video, a window, or both: the scene; beside it, if requested, the view inside the policy; and
// the agent's camera images of the scene. Returns false once the window was closed.
class Pictures {
 public:
  Pictures(const PlayArguments& arguments, const EnvSpec& spec)
      : step_seconds_(1 / control_rate(spec)),
        rate_(film_rate(control_rate(spec))),
        film_steps_(steps_of(arguments, spec)),
        observed_images_(spec, picture_height),
        inside_(arguments.inside),
        width_(picture_width + (inside_ ? InternalsView::width : 0) +
               (observed_images_.is_empty() ? 0 : ObservedImages::width)),
        scene_(size_t{3} * picture_width * picture_height),
        pixels_(size_t{3} * static_cast<size_t>(width_) * picture_height) {
    if (arguments.video) video_.emplace(*arguments.video, width_, picture_height, rate_.frames_per_second);
    if (arguments.window) window_.emplace(picture_height, width_, "sinew: " + spec.name);
  }
  bool wanted() const { return video_ || window_; }

  bool show(Env& env, const PolicyInternals& internals) {
    if (!window_ && !video_) return true;
    const int64_t step = step_++;
    if (step % rate_.stride == 0) {
      draw(env);
      if (inside_) InternalsView::draw(internals, pixels_, picture_height, width_, picture_width);
      if (video_) film(step);
      if (window_) show_in_time();
    }
    if (video_ && step_ == film_steps_) close_video();
    return !window_ || !window_->closed();
  }
  // The video shows the first episode, or its first seconds.
  void close_video() {
    if (video_) video_->close();
    video_.reset();
    line_.clear();
  }

 private:
  static int64_t steps_of(const PlayArguments& arguments, const EnvSpec& spec) {
    const int64_t all = spec.time_limit > 0 ? spec.time_limit : std::numeric_limits<int64_t>::max();
    if (arguments.video_seconds <= 0) return all;
    const double steps = std::round(arguments.video_seconds * control_rate(spec));
    return steps < static_cast<double>(all) ? std::max<int64_t>(1, static_cast<int64_t>(steps)) : all;
  }

  void film(int64_t step) {
    for (int i = 0; i < rate_.repeats; ++i) video_->write(pixels_);
    constexpr double patience = 2;  // s; a film done by then needs no message
    if (now_seconds() - began_ < patience) return;
    const double seconds = static_cast<double>(step + 1) * step_seconds_;
    line_.show(film_steps_ == std::numeric_limits<int64_t>::max()
                   ? fmt::format("filming: {:.1f} s of the robot's time", seconds)
                   : fmt::format("filming: {:.1f} of at most {:.1f} s of the robot's time", seconds,
                                 static_cast<double>(film_steps_) * step_seconds_));
  }

  void show_in_time() {
    window_->show(pixels_);
    next_frame_ += std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(rate_.stride * step_seconds_));
    next_frame_ = std::max(next_frame_, std::chrono::steady_clock::now() - std::chrono::milliseconds(200));
    std::this_thread::sleep_until(next_frame_);
  }

  void draw(Env& env) {
    if (!env.render(picture_height, picture_width, scene_))
      fail("the task '{}' has no picture to show", env.spec().name);
    constexpr int row = 3 * picture_width;
    for (int y = 0; y < picture_height; ++y)
      std::copy_n(scene_.begin() + y * row, row, pixels_.begin() + 3 * int64_t{y} * width_);
    if (!observed_images_.is_empty()) observed_images_.draw(env, pixels_, width_);
  }

  double step_seconds_;
  FilmRate rate_;
  int64_t film_steps_;  // the video ends after this many steps, or with the episode
  int64_t step_ = 0;
  double began_ = now_seconds();
  LiveLine line_{can_redraw(STDERR_FILENO)};
  ObservedImages observed_images_;
  bool inside_;
  int width_;  // of the whole picture
  std::vector<uint8_t> scene_, pixels_;
  std::optional<VideoPipe> video_;
  std::optional<Window> window_;
  std::chrono::steady_clock::time_point next_frame_ = std::chrono::steady_clock::now();
};

// Plays episodes one after the other and shows them; `steps` receives the internals into each step of the first.
Evaluation play_and_watch(Evaluator& evaluator, const Policy& policy, const PlayArguments& arguments,
                          const EnvSpec& spec, std::vector<PolicyInternals>& steps) {
  Pictures pictures(arguments, spec);
  PolicyProbe probe(policy);
  PolicyRunner controller(policy);
  Evaluation evaluation;
  PolicyInternals internals;
  bool open = true;
  const Rng stream = Rng(arguments.seed).split("play");
  for (int i = 0; i < arguments.episodes && open; ++i) {
    StepObserver observer;
    if (pictures.wanted()) observer = [&](Env& env, const StepResult&) { return open = pictures.show(env, internals); };
    ActionObserver look;
    if (arguments.inside && (i == 0 || pictures.wanted()))
      look = [&](const ObservationRows& row, std::span<const float> state, bool starts_anew) {
        internals = probe.look(row, state, starts_anew);
        if (i == 0 && arguments.json) steps.push_back(internals);
      };
    evaluation.episodes.push_back(evaluator.run_episode(controller, stream.split("episode", i), observer, look));
    pictures.close_video();
  }
  return evaluation;
}

nlohmann::ordered_json maps_json(const std::vector<PolicyInternals::Map>& maps) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const PolicyInternals::Map& map : maps)
    list.push_back({{"name", map.name}, {"shape", {map.rows, map.columns}}, {"values", map.values}});
  return list;
}

void write_result(const std::string& path, const PlayArguments& arguments, const EnvSpec& spec,
                  const Evaluation& evaluation, const std::vector<PolicyInternals>& steps) {
  nlohmann::ordered_json result = {{"policy", arguments.policy},
                                   {"task", spec.name},
                                   {"seed", arguments.seed},
                                   {"mean_reward", evaluation.mean_reward()},
                                   {"std_error", evaluation.std_error()},
                                   {"std_reward", evaluation.std_reward()},
                                   {"mean_ep_length", evaluation.mean_ep_length()}};
  if (spec.has_success) result["success_rate"] = evaluation.success_rate();
  result["episodes"] = nlohmann::ordered_json::array();
  for (const Evaluation::Episode& episode : evaluation.episodes) {
    result["episodes"].push_back({{"reward", episode.reward},
                                  {"length", episode.length},
                                  {"terminated", episode.terminated},
                                  {"diverged", episode.diverged}});
    if (spec.has_success) result["episodes"].back()["success"] = episode.success;
  }
  for (const PolicyInternals& internals : steps)
    result["inside"].push_back({{"saliency", maps_json(internals.saliency)},
                                {"activations", maps_json(internals.activations)},
                                {"attention", maps_json(internals.attention)}});
  write_json(path, result);
}

int play_command(const PlayArguments& arguments, const Registry& registry) {
  if (arguments.episodes < 1) fail("--episodes {}: at least one", arguments.episodes);
  if (arguments.video_seconds < 0) fail("--video-seconds {}: it must be 0 or more", arguments.video_seconds);
  if (arguments.inside && !arguments.video && !arguments.window && !arguments.json)
    fail("--inside is shown in a --video or a --window, or written to --json; name one of them");
  const std::string path = policy_path(arguments.policy);
  const LoadedPolicy loaded = load_policy(path, registry.layers);
  const Task task = task_for(loaded, path, arguments.task, registry);
  if (arguments.inside && !PolicyProbe(*loaded.policy).has_a_view())
    fail(
        "--inside: {} has neither images, nor a recurrent layer, nor attention, so there is nothing to show; leave it "
        "out",
        path);
  const bool watched = arguments.video || arguments.window || arguments.inside;
  ThreadPool pool(watched ? 1 : default_threads());
  Evaluator evaluator(task.factory, pool);
  const EnvSpec spec = task.factory()->spec();
  std::vector<PolicyInternals> steps;
  const Evaluation evaluation =
      watched ? play_and_watch(evaluator, *loaded.policy, arguments, spec, steps)
              : evaluator.run(*loaded.policy, arguments.episodes, Rng(arguments.seed).split("play"));
  const bool is_one = evaluation.episodes.size() == 1;
  for (size_t i = 0; i < evaluation.episodes.size(); ++i) {
    const Evaluation::Episode& episode = evaluation.episodes[i];
    fmt::print("episode {:2}: return {:10.2f}, {} steps{}\n", i + 1, episode.reward, episode.length,
               episode.diverged     ? ", ended because the simulation diverged"
               : episode.success    ? ", success"
               : episode.terminated ? ", terminated"
                                    : "");
  }
  fmt::print("{}: return {:.2f}{} over {} episode{} of {}{}\n", path, evaluation.mean_reward(),
             is_one ? "" : fmt::format(" ± {:.2f}", evaluation.std_error()), evaluation.episodes.size(),
             is_one ? "" : "s", task.name,
             is_one ? ""
                    : fmt::format(" (± is the mean's standard error; the episodes' own spread is {:.2f})",
                                  evaluation.std_reward()));
  if (spec.has_success) fmt::print("success in {:.0f} % of them\n", 100 * evaluation.success_rate());
  if (arguments.video) fmt::print("video: {}\n", *arguments.video);
  if (arguments.json) write_result(*arguments.json, arguments, spec, evaluation, steps);
  return 0;
}

}  // namespace

Command::Work declare_play(CommandLine& line, const Registry& registry) {
  auto arguments = std::make_shared<PlayArguments>();
  line.argument("POLICY", arguments->policy, "a run folder (its best policy) or a .safetensors file").is_input();
  line.option("--task", arguments->task, "TASK",
              "another task than the policy's own; it must have the same sensors and actuators")
      .is_input();
  line.option("--episodes", arguments->episodes, "N", "how many episodes");
  line.option("--seed", arguments->seed, "N", "seeds the starts of the episodes");
  line.option("--video", arguments->video, "F.mp4", "a film of the first episode").is_output(mp4_video());
  line.option("--video-seconds", arguments->video_seconds, "S",
              "length of the film, in the robot's time; 0: the whole episode");
  line.flag("--window", arguments->window, "shows it live, where there is a display");
  line.flag("--inside", arguments->inside,
            "also shows what goes on inside the policy: the saliency of its images, the outputs of recurrent layers, "
            "the weights of attention; drawn beside the scene, and for the first episode written to --json");
  line.option("--json", arguments->json, "F", "also writes the result to a file")
      .is_output(json_result("'sinew play'", {"policy", "task", "seed", "mean_reward"}));
  line.example("sinew play runs/quickstart --video run.mp4");
  return [arguments, &registry] { return play_command(*arguments, registry); };
}

}  // namespace sinew
