#include "nets/policy/normalizer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"
#include "core/state_archive.h"

namespace sinew {
namespace {

using Numbers = std::vector<float>;

Numbers to_vector(std::span<const float> x) { return {x.begin(), x.end()}; }

TEST(Normalizer, HandWorked) {
  Normalizer normalizer(2);
  normalizer.update(Numbers{1, 10, 3, 10, 5, 10});
  EXPECT_EQ(to_vector(normalizer.mean()), (Numbers{3, 10}));
  EXPECT_FLOAT_EQ(normalizer.scale()[0], static_cast<float>(1 / std::sqrt(8.0 / 3 + 1e-8)));
  EXPECT_FLOAT_EQ(normalizer.scale()[1], 1e4f);  // a column that never changes: 1 / sqrt(1e-8)
}

TEST(Normalizer, BatchesMergedAreOneBatch) {
  constexpr int columns = 3, rows = 1000;
  Rng rng(1);
  Numbers x(rows * columns);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(rng.normal() * 3 + 100.0 * (i % columns));
  Normalizer once(columns), often(columns);
  once.update(x);
  const std::span<const float> all(x);
  size_t begin = 0;
  for (const size_t batch : {1, 1, 2, 500, 7, 489}) {
    often.update(all.subspan(begin * columns, batch * columns));
    begin += batch;
  }
  ASSERT_EQ(begin, static_cast<size_t>(rows));
  EXPECT_EQ(often.state().count, rows);
  for (int i = 0; i < columns; ++i) {
    EXPECT_NEAR(often.state().mean[i], once.state().mean[i], 1e-12 * 200);
    EXPECT_NEAR(often.state().variance[i], once.state().variance[i], 1e-12 * 9);
  }
}

TEST(Normalizer, IsTheIdentityUntilItsFirstUpdate) {
  Normalizer normalizer(2);
  EXPECT_EQ(to_vector(normalizer.mean()), (Numbers{0, 0}));
  EXPECT_EQ(to_vector(normalizer.scale()), (Numbers{1, 1}));
  normalizer.update({});
  EXPECT_EQ(normalizer.state().count, 0);
  EXPECT_EQ(to_vector(normalizer.scale()), (Numbers{1, 1}));
}

void restore(Normalizer& to, Normalizer& from) {
  StateArchive saved;
  saved("normalizer", from);
  StateArchive archive(saved.bytes(), "test");
  archive("normalizer", to);
}

TEST(Normalizer, AStateCarriesEverything) {
  Normalizer original(2), empty(2);
  original.update(Numbers{1, 2, 3, 5});
  restore(empty, original);
  EXPECT_EQ(to_vector(empty.mean()), to_vector(original.mean()));
  EXPECT_EQ(to_vector(empty.scale()), to_vector(original.scale()));
  original.update(Numbers{7, 8});
  empty.update(Numbers{7, 8});
  EXPECT_EQ(to_vector(empty.scale()), to_vector(original.scale()));

  Normalizer fresh(2);
  restore(original, fresh);  // back to the start
  EXPECT_EQ(to_vector(original.mean()), (Numbers{0, 0}));
  EXPECT_EQ(to_vector(original.scale()), (Numbers{1, 1}));
}

TEST(Normalizer, FromAPolicyFileToTheBit) {
  Normalizer normalizer;
  const Numbers mean = {0.1f, -7}, scale = {3, 0.25f};
  normalizer.set_frozen(mean, scale, 100);
  EXPECT_EQ(normalizer.size(), 2);
  EXPECT_EQ(to_vector(normalizer.mean()), mean);
  EXPECT_EQ(to_vector(normalizer.scale()), scale);
  EXPECT_NEAR(normalizer.state().variance[1], 16, 1e-7);
}

}  // namespace
}  // namespace sinew
