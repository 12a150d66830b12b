#include "nets/tape/init.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

namespace sinew {

template <class T>
void orthogonal_init(std::span<T> weight, int inputs, int outputs, double gain, Rng& rng) {
  const int tall = std::max(inputs, outputs), flat = std::min(inputs, outputs);
  Eigen::MatrixXd gaussian(tall, flat);
  for (int r = 0; r < tall; ++r)
    for (int c = 0; c < flat; ++c) gaussian(r, c) = rng.normal();
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(gaussian);
  Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(tall, flat);
  for (int c = 0; c < flat; ++c)
    if (qr.matrixQR()(c, c) < 0) q.col(c) = -q.col(c);
  for (int i = 0; i < inputs; ++i)
    for (int o = 0; o < outputs; ++o)
      weight[static_cast<size_t>(i) * outputs + o] = static_cast<T>(gain * (inputs >= outputs ? q(i, o) : q(o, i)));
}

template <class T>
void kaiming_init(std::span<T> weight, int inputs, double gain, Rng& rng) {
  const double bound = gain * std::sqrt(3.0 / inputs);
  for (T& w : weight) w = static_cast<T>(rng.uniform(-bound, bound));
}

bool takes_too_long(int inputs, int outputs, int64_t matrices) {
  const double tall = std::max(inputs, outputs), flat = std::min(inputs, outputs);
  return static_cast<double>(matrices) * tall * flat * flat > 0x1p36;
}

template void orthogonal_init(std::span<float>, int, int, double, Rng&);
template void orthogonal_init(std::span<double>, int, int, double, Rng&);
template void kaiming_init(std::span<float>, int, double, Rng&);
template void kaiming_init(std::span<double>, int, double, Rng&);

}  // namespace sinew
