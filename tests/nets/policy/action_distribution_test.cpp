#include <gtest/gtest.h>

#include <cmath>

#include "tests/nets/make_network.h"

// What an action row draws: its frequencies, its log_prob, its mode.
namespace sinew {
namespace {

using Numbers = std::vector<float>;

// `rows` equal rows of one distribution over a mixed action: an arm of two numbers and choices.
struct Mixed {
  InterfaceSpec spec = mixed_interface();
  Tape tape;
  ActionDistribution<float> distribution;

  explicit Mixed(int rows, bool squash = false) : distribution(spec.actions, squash) {
    const auto repeat = [&](Numbers row) {
      Numbers all;
      for (int i = 0; i < rows; ++i) all.insert(all.end(), row.begin(), row.end());
      return tape.constant({rows, static_cast<int>(row.size())}, all);
    };
    distribution.add_continuous(repeat({0.5f, -1}), tape.constant({2}, Numbers{-1, 0.2f}));
    distribution.add_discrete(repeat({std::log(0.2f), std::log(0.5f), std::log(0.3f)}));
    distribution.add_discrete(repeat({0, std::log(3.0f), 1, 1, 1, 2}));  // 2 and 4 choices
    distribution.add_continuous(repeat({2}), repeat({-0.5f}));           // log_std of each row
  }
};

std::vector<Rng> streams(int rows) {
  std::vector<Rng> rngs;
  for (int row = 0; row < rows; ++row) rngs.push_back(Rng(9).split("test", static_cast<uint64_t>(row)));
  return rngs;
}

TEST(ActionDistribution, FrequenciesAndMoments) {
  constexpr int rows = 40000;
  Mixed mixed(rows);
  std::vector<Rng> rngs = streams(rows);
  Numbers raw(rows * 6), log_prob(rows);
  mixed.distribution.sample(rngs, raw, log_prob);
  const auto mean_of = [&](auto&& f) {
    double total = 0;
    for (int row = 0; row < rows; ++row) total += f(&raw[row * 6]);
    return total / rows;
  };
  // Five standard errors: 5·σ / sqrt(40000) = 0.025·σ; of σ itself, 0.018·σ.
  const double means[] = {0.5, -1, 2}, stds[] = {std::exp(-1.0), std::exp(0.2), std::exp(-0.5)};
  for (const auto& [column, i] : {std::pair{0, 0}, {1, 1}, {5, 2}}) {
    const double mean = mean_of([c = column](const float* row) { return row[c]; });
    const double variance = mean_of([&, c = column](const float* row) { return (row[c] - mean) * (row[c] - mean); });
    EXPECT_NEAR(mean, means[i], 0.025 * stds[i]);
    EXPECT_NEAR(std::sqrt(variance), stds[i], 0.018 * stds[i]);
  }
  const auto frequency = [&](int column, int choice) {
    return mean_of([&](const float* row) { return row[column] == static_cast<float>(choice) ? 1.0 : 0.0; });
  };
  const double e = std::exp(1.0), total = 3 * e + e * e;
  const Numbers expected[] = {
      {0.2f, 0.5f, 0.3f}, {0.25f, 0.75f}, {float(e / total), float(e / total), float(e / total), float(e * e / total)}};
  for (int part = 0; part < 3; ++part)
    for (size_t choice = 0; choice < expected[part].size(); ++choice)
      EXPECT_NEAR(frequency(2 + part, static_cast<int>(choice)), expected[part][choice], 0.0125);
}

TEST(ActionDistribution, ADrawKnowsItsLogProb) {
  constexpr int rows = 500;
  for (const bool squash : {false, true}) {
    Mixed mixed(rows, squash);
    std::vector<Rng> rngs = streams(rows);
    Numbers raw(rows * 6), log_prob(rows);
    mixed.distribution.sample(rngs, raw, log_prob);
    const Tensor again = mixed.distribution.log_prob(mixed.tape.constant({rows, 6}, raw));
    for (int row = 0; row < rows; ++row) EXPECT_NEAR(log_prob[row], again.values()[row], 1e-5);
  }
}

TEST(ActionDistribution, SinglePartsKnowTheirLogProbToo) {
  for (const ActionPart& part : {continuous("arm", 6), discrete("mode", {5}), discrete("modes", {2, 3, 4})})
    for (const bool squash : {false, true}) {
      ActionSpec spec;
      spec.parts = {part};
      constexpr int rows = 200;
      Rng rng(3);
      Numbers head(static_cast<size_t>(rows) * (part.is_discrete() ? 9 : 6));
      if (part.choices.size() == 1) head.resize(rows * 5);
      for (float& x : head) x = static_cast<float>(rng.uniform(-1, 1));
      Tape tape;
      const Tensor out = tape.constant({rows, static_cast<int>(head.size()) / rows}, head);
      ActionDistribution<float> distribution(spec, squash);
      if (part.is_discrete())
        distribution.add_discrete(out);
      else
        distribution.add_continuous(out, tape.constant({6}, Numbers(6, -0.5f)));
      std::vector<Rng> rngs = streams(rows);
      Numbers raw(static_cast<size_t>(rows) * part.size()), log_prob(rows);
      distribution.sample(rngs, raw, log_prob);
      const Tensor again = distribution.log_prob(tape.constant({rows, part.size()}, raw));
      for (int row = 0; row < rows; ++row) EXPECT_NEAR(log_prob[row], again.values()[row], 1e-5);
    }
}

TEST(ActionDistribution, EntropyIsTheSumOverParts) {
  Mixed mixed(2);
  const auto gaussian = [](double log_std) { return 1.4189385332 + log_std; };
  const double e = std::exp(1.0), total = 3 * e + e * e;
  const auto term = [](double p) { return -p * std::log(p); };
  const double expected = gaussian(-1) + gaussian(0.2) + gaussian(-0.5) + term(0.2) + term(0.5) + term(0.3) +
                          term(0.25) + term(0.75) + 3 * term(e / total) + term(e * e / total);
  for (const float entropy : mixed.distribution.entropy().values()) EXPECT_NEAR(entropy, expected, 1e-5);
}

TEST(ActionDistribution, ModeIsTheLikeliestRow) {
  Mixed mixed(2);
  const Tensor mode = mixed.distribution.mode();
  EXPECT_EQ(Numbers(mode.values().begin(), mode.values().end()), (Numbers{0.5f, -1, 1, 1, 3, 2, 0.5f, -1, 1, 1, 3, 2}));
  EXPECT_FALSE(mode.requires_gradient());
}

TEST(ActionDistribution, AnImpossibleChoiceIsNeverDrawn) {
  ActionSpec spec;
  spec.parts = {discrete("mode", {4})};
  constexpr int rows = 5000;
  Numbers logits;
  for (int row = 0; row < rows; ++row) logits.insert(logits.end(), {-INFINITY, 0.1f, 0.2f, -INFINITY});
  Tape tape;
  ActionDistribution<float> distribution(spec, false);
  distribution.add_discrete(tape.constant({rows, 4}, logits));
  std::vector<Rng> rngs = streams(rows);
  Numbers raw(rows), log_prob(rows);
  distribution.sample(rngs, raw, log_prob);
  for (const float choice : raw) EXPECT_TRUE(choice == 1 || choice == 2) << choice;
}

}  // namespace
}  // namespace sinew
