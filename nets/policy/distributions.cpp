#include "nets/policy/distributions.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sinew {
namespace {

const double log_sqrt_two_pi = 0.5 * std::log(2 * std::numbers::pi);

}  // namespace

template <class T>
BasicTensor<T> DiagonalGaussian<T>::log_prob(BasicTensor<T> x) const {
  const int n = mean.shape().columns();
  const BasicTensor<T> z = (x - mean) * exp(-log_std);
  const BasicTensor<T> squares = sum(square(z), -1) * -0.5;
  return squares - (sum(log_std, -1) + n * log_sqrt_two_pi);
}

template <class T>
BasicTensor<T> DiagonalGaussian<T>::entropy() const {
  const int n = mean.shape().columns();
  const BasicTensor<T> total = sum(log_std, -1) + n * (0.5 + log_sqrt_two_pi);
  if (total.shape().rank() == 1) return total;
  return total + sum(mean, -1) * 0.0;  // one per row
}

template <class T>
BasicTensor<T> DiagonalGaussian<T>::sample(BasicTensor<T> noise) const {
  return mean + exp(log_std) * noise;
}

template <class T>
BasicTensor<T> TanhGaussian<T>::log_prob(BasicTensor<T> u) const {
  const BasicTensor<T> log_slope = (std::numbers::ln2 - u - softplus(u * -2.0)) * 2.0;
  return base.log_prob(u) - sum(log_slope, -1);
}

template <class T>
BasicTensor<T> Categorical<T>::log_prob(std::span<const int> choices) const {
  return gather(log_softmax(logits), choices);
}

template <class T>
BasicTensor<T> Categorical<T>::entropy() const {
  const BasicTensor<T> log_p = log_softmax(logits);
  return -sum(exp(log_p) * log_p, -1);
}

// visit(part's spec, part, its first column in a raw row).
template <class T>
template <class Visit>
void ActionDistribution<T>::for_parts(Visit&& visit) const {
  int begin = 0;
  for (int i = 0; i < count_; ++i) {
    visit(spec_->parts[i], parts_[i], begin);
    begin += spec_->parts[i].size();
  }
}

template <class T>
BasicTensor<T> ActionDistribution<T>::log_prob(BasicTensor<T> raw) const {
  const typename BasicTape<T>::Scope scope(raw.tape(), "action distribution");
  BasicTensor<T> total;
  bool first = true;
  const auto add = [&](BasicTensor<T> term) {
    total = first ? term : total + term;
    first = false;
  };
  const int width = raw.shape().columns();
  for_parts([&](const ActionPart& spec, const Part& part, int begin) {
    if (!spec.is_discrete()) {
      const BasicTensor<T> x = spec.size() == width ? raw : slice(raw, begin, begin + spec.size());
      const DiagonalGaussian<T> gaussian{part.first, part.second};
      add(squash_ ? TanhGaussian<T>{gaussian}.log_prob(x) : gaussian.log_prob(x));
      return;
    }
    int logit = 0;
    int* choices = raw.tape().index_scratch(rows());
    for (int c = 0; c < spec.size(); ++c) {
      for (int row = 0; row < rows(); ++row) choices[row] = static_cast<int>(raw.data()[row * width + begin + c]);
      const Categorical<T> categorical{slice(part.first, logit, logit + spec.choices[c])};
      add(categorical.log_prob({choices, static_cast<size_t>(rows())}));
      logit += spec.choices[c];
    }
  });
  return total;
}

template <class T>
BasicTensor<T> ActionDistribution<T>::entropy() const {
  BasicTensor<T> total;
  bool first = true;
  const auto add = [&](BasicTensor<T> term) {
    total = first ? term : total + term;
    first = false;
  };
  for_parts([&](const ActionPart& spec, const Part& part, int) {
    if (!spec.is_discrete()) {
      add(DiagonalGaussian<T>{part.first, part.second}.entropy());
      return;
    }
    int logit = 0;
    for (const int n : spec.choices) {
      add(Categorical<T>{slice(part.first, logit, logit + n)}.entropy());
      logit += n;
    }
  });
  return total;
}

namespace {

// A choice with probability softmax(logits), by inversion; adds its log-probability. In double: no
// rounding error draws a choice whose probability is 0.
template <class T>
int draw(const T* logits, int n, Rng& rng, T& log_prob) {
  const double largest = *std::max_element(logits, logits + n);
  double total = 0;
  for (int i = 0; i < n; ++i) total += std::exp(logits[i] - largest);
  double left = rng.uniform() * total;
  int choice = 0;
  for (; choice < n - 1; ++choice) {
    left -= std::exp(logits[choice] - largest);
    if (left < 0) break;
  }
  log_prob += static_cast<T>(logits[choice] - largest - std::log(total));
  return choice;
}

}  // namespace

template <class T>
void ActionDistribution<T>::sample(std::span<Rng> rngs, std::span<T> raw, std::span<T> log_prob) const {
  const int width = spec_->size();
  std::ranges::fill(log_prob, T(0));
  for_parts([&](const ActionPart& spec, const Part& part, int begin) {
    const int n = part.first.shape().columns();
    for (int row = 0; row < rows(); ++row) {
      const T* in = part.first.data() + static_cast<int64_t>(row) * n;
      T* out = raw.data() + static_cast<int64_t>(row) * width + begin;
      if (spec.is_discrete()) {
        for (const int choices : spec.choices) {
          *out++ = static_cast<T>(draw(in, choices, rngs[row], log_prob[row]));
          in += choices;
        }
        continue;
      }
      const T* log_std = part.second.data() + (part.second.shape().rank() == 2 ? static_cast<int64_t>(row) * n : 0);
      for (int i = 0; i < n; ++i) {
        const double z = rngs[row].normal();
        out[i] = in[i] + std::exp(log_std[i]) * static_cast<T>(z);
        log_prob[row] -= static_cast<T>(0.5 * z * z + log_sqrt_two_pi) + log_std[i];
        if (squash_) {
          const double u = out[i];
          log_prob[row] -= static_cast<T>(
              2 * (std::numbers::ln2 - u - std::max(-2 * u, 0.0) - std::log1p(std::exp(-std::abs(2 * u)))));
        }
      }
    }
  });
}

template <class T>
BasicTensor<T> ActionDistribution<T>::mode() const {
  BasicTensor<T> row;
  bool first = true;
  const auto append = [&](BasicTensor<T> columns) {
    const BasicTensor<T> pair[] = {first ? columns : row, columns};
    row = first ? columns : concat<T>(pair);
    first = false;
  };
  for_parts([&](const ActionPart& spec, const Part& part, int) {
    if (!spec.is_discrete()) return append(part.first);
    int logit = 0;
    for (const int n : spec.choices) {
      append(argmax(spec.choices.size() == 1 ? part.first : slice(part.first, logit, logit + n)));
      logit += n;
    }
  });
  return row;
}

template struct DiagonalGaussian<float>;
template struct DiagonalGaussian<double>;
template struct TanhGaussian<float>;
template struct TanhGaussian<double>;
template struct Categorical<float>;
template struct Categorical<double>;
template class ActionDistribution<float>;
template class ActionDistribution<double>;

}  // namespace sinew
