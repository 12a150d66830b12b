#pragma once
#include <functional>
#include <limits>
#include <vector>

/// Statistics of an algorithm from a handful of runs, in the manner of rliable: Agarwal, Schwarzer, Castro, Courville
/// and Bellemare, "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS 2021. Functions of no
/// values return NaN.
namespace sinew {

/// The value of a figure that a run, or a group of runs, does not have.
inline constexpr double not_there = std::numeric_limits<double>::quiet_NaN();

/// Mean and sample standard deviation (n - 1) of the finite numbers among `values`.
struct MeanStd {
  double mean, std;  // NaN if there is no value; std 0 if there is one
  int count;
};
MeanStd mean_std(const std::vector<double>& values);

/// Each entry holds the scores of one kind of run: the seeds of a group, or of an algorithm on one task.
using Samples = std::vector<std::vector<double>>;

/// The interquartile mean: the mean after a quarter of the mass is cut from both ends of the sorted values. n values
/// have a mass of 1 each; a value that a cut divides counts with the part that remains, so that three values weigh
/// 0.25, 1, 0.25 and five weigh 0.75, 1, 0.75 in the middle. (scipy's trim_mean cuts whole values only: of three it
/// would cut none.) With n a multiple of 4 the two agree.
double iqm(const std::vector<double>& values);
/// The same over all values of several samples, every sample with the same mass, however many values it has. (If all
/// have the same number, it equals rliable's.)
double pooled_iqm(const Samples& samples);

/// The probability that a run of x is better than one of y: the share of pairs in which it is, ties counting half (Mann
/// and Whitney's U over the number of pairs).
double probability_of_improvement(const std::vector<double>& x, const std::vector<double>& y);

/// A figure and its 95 % interval.
struct Estimate {
  double value, low, high;  // NaN if there is none
};

/// `statistic` of the samples, with its percentile bootstrap interval: the 2.5th and 97.5th percentile over resamples.
/// Each resample draws from every sample independently, with replacement, as many values as the sample has. There is no
/// interval if a sample has fewer than two values or the statistic of a resample is not finite. The same samples give
/// the same interval.
Estimate bootstrap(const Samples& samples, const std::function<double(const Samples&)>& statistic,
                   int n_resamples = 10000);

}  // namespace sinew
