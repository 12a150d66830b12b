// Films play at the robot's speed, whatever its control rate.
#include <cmath>
#include <cstdint>

#include "apps/media/film_rate.h"
#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

TEST(FilmRate, IsRealTimeAndPlayable) {
  for (const double rate : {0.2,   0.5,      1.0,   3.0,    7.0,   9.99,  10.0,
                            24.0,  29.97,    30.0,  50.0,   59.94, 60.0,  1 / (4 * 0.0041666667),
                            61.0,  90.0,     100.0, 119.9,  120.0, 125.0, 200.0,
                            240.0, 333.3333, 500.0, 1000.0, 5000.0}) {
    SCOPED_TRACE(rate);
    const FilmRate film = film_rate(rate);
    EXPECT_LE(film.frames_per_second, 60.001);
    EXPECT_GE(film.frames_per_second, 9.999);
    EXPECT_TRUE(film.stride == 1 || film.repeats == 1);
    for (const int steps : {1, 7, 100, 12345}) {
      const double frames = std::ceil(static_cast<double>(steps) / film.stride) * film.repeats;
      const double length = frames / film.frames_per_second, meant = steps / rate;
      EXPECT_GE(length, meant - 1e-9);
      EXPECT_LT(length, meant + 1 / 30.0);  // at most one extra frame
    }
  }
  EXPECT_EQ(film_rate(60).stride, 1);
  EXPECT_EQ(film_rate(50).frames_per_second, 50);
  EXPECT_EQ(film_rate(100).frames_per_second, 50);
}

uint32_t big_endian(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return value;
}
// Seconds and frames stated in an mp4 file: mvhd holds time scale and duration, stsz the number of samples.
std::pair<double, uint32_t> length_of(const std::string& path) {
  const std::string bytes = read_file(path);
  const size_t header = bytes.find("mvhd"), samples = bytes.find("stsz");
  return {static_cast<double>(big_endian(bytes, header + 20)) / big_endian(bytes, header + 16),
          big_endian(bytes, samples + 12)};
}

TEST(Film, HasTheEpisodesLength) {
  const TemporaryFolder folder;
  folder.write("pole.xml",
               "<mujoco><option timestep='0.002'/><worldbody><body><joint name='hinge' axis='0 1 0' damping='1'/>"
               "<geom type='capsule' fromto='0 0 0 0 0 .5' size='.05' mass='1'/></body></worldbody>"
               "<actuator><motor name='motor' joint='hinge' ctrlrange='-1 1' ctrllimited='true'/></actuator></mujoco>");
  struct {
    int frame_skip, steps;  // of 2 ms
    const char* seconds;    // of --video-seconds
    double length;
    uint32_t frames;
  } const films[] = {{4, 50, "15", 0.4, 17},    // 125 Hz: every third step
                     {4, 50, "0.2", 0.2, 9},    // the first 25 of them
                     {250, 3, "15", 1.5, 15}};  // 2 Hz: each step is five frames
  for (const auto& film : films) {
    SCOPED_TRACE(film.frames);
    folder.write("task.yaml", "model: pole.xml\nframe_skip: " + std::to_string(film.frame_skip) +
                                  "\ntime_limit: " + std::to_string(film.steps) +
                                  "\nobservations: {state: [joint_pos]}\nreward: {effort: {term: action_cost}}\n");
    folder.write("recipe.yaml",
                 "task: task.yaml\ntotal_timesteps: 64\nn_envs: 1\neval: {eval_freq: 0}\nalgorithm: {name: ppo, "
                 "n_steps: 64, batch_size: 64}\nnetwork: {actor: [{linear: 4}], critic: [{linear: 4}]}\n");
    ASSERT_EQ(run_sinew({"train", folder.file("recipe.yaml"), "--run", folder.file("run"), "--overwrite"}).exit_code,
              0);
    const std::string path = folder.file("FILM.MP4");
    const ChildProcess::Result result =
        run_sinew({"play", folder.file("run"), "--episodes", "1", "--video", path, "--video-seconds", film.seconds});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto [seconds, frames] = length_of(path);
    EXPECT_EQ(frames, film.frames);
    EXPECT_NEAR(seconds, film.length, 0.025);
  }
}

// If the sender is killed, or all its processes are signalled to end, there is no film and no partial file.
TEST(Film, OfAPlayThatWasStoppedIsNotThere) {
  for (const char* how : {"kill -KILL $!", "kill -TERM $!", "kill -INT $!", "kill -TERM -- -$!"}) {
    const TemporaryFolder folder;
    folder.write("there.txt", "");
    const std::string play = std::string(SINEW_PROGRAM) +
                             " play " SINEW_SOURCE_DIR
                             "/zoo/inverted_pendulum.safetensors --episodes 1 --video-seconds 0 --video f.mp4";
    const std::string script = "set -m; cd " + folder.file("") + "; " + play +
                               " & for i in $(seq 600); do ls -A | grep -q tmp && break; sleep 0.05; done; " + how +
                               "; wait; for i in $(seq 600); do ls -A | grep -q tmp || break; sleep 0.05; done; ls -A";
    const ChildProcess::Result result = ChildProcess({"/bin/bash", "-c", script}).wait();
    EXPECT_EQ(result.output, "there.txt\n") << how << result.errors;
  }
}

}  // namespace
}  // namespace sinew
