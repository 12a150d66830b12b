#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#if defined(__AVX512F__) || defined(__AVX__)
#include <immintrin.h>
#endif

/// Portable vectors, by GCC's and Clang's vector extensions: the widest registers of the CPU that the file is compiled
/// for. Every function treats each lane alike, whatever its neighbours and its place, so that an element's bits never
/// depend on how many are computed with it. Always inlined: a call would spill vectors, and keep the CPU from working
/// on several at once. Internal to nets/kernels and nets/ops: never installed into a user's compile.
namespace sinew::simd {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
#elif defined(__AVX__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif

template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(vector_bytes)));
};
template <class T>
using Vec = typename VectorOf<T>::type;

template <class T>
inline constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T));

template <class T>
[[gnu::always_inline]] inline Vec<T> broadcast(T x) {
  return x - Vec<T>{};
}

template <class T>
[[gnu::always_inline]] inline Vec<T> load(const T* p) {
  Vec<T> v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

template <class T>
[[gnu::always_inline]] inline void store(T* p, Vec<T> v) {
  std::memcpy(p, &v, sizeof v);
}

/// a · b + c, rounded once where the CPU has such an instruction. The compiler may fuse a * b + c as well, but not
/// always: for some CPUs it does not fuse dependent ones, and a loop's bits then depend on its shape.
template <class T>
[[gnu::always_inline]] inline Vec<T> multiply_add(Vec<T> a, Vec<T> b, Vec<T> c) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
  else
    return (Vec<T>)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
  else
    return (Vec<T>)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
  return a * b + c;
#endif
}

/// Prevents the compiler from reloading v from memory at each use.
template <class V>
[[gnu::always_inline]] inline void keep_in_register(V& v) {
#if defined(__x86_64__)
  asm("" : "+v"(v));
#elif defined(__aarch64__)
  asm("" : "+w"(v));
#else
  (void)v;
#endif
}

typedef int32_t IntVec __attribute__((vector_size(vector_bytes)));

#if defined(__AVX__) && !defined(__AVX512F__)
[[gnu::always_inline]] inline __m256i first_lanes(int count) {
  return (__m256i)(IntVec{0, 1, 2, 3, 4, 5, 6, 7} < count);
}
#endif

/// The first `count` < lanes elements; the other lanes are zero.
template <class T>
[[gnu::always_inline]] inline Vec<T> load_partial(const T* p, int count) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) return (Vec<T>)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p);
#elif defined(__AVX__)
  if constexpr (sizeof(T) == 4) return (Vec<T>)_mm256_maskload_ps(p, first_lanes(count));
#endif
  Vec<T> v{};
  std::memcpy(&v, p, static_cast<size_t>(count) * sizeof(T));
  return v;
}

template <class T>
[[gnu::always_inline]] inline void store_partial(T* p, Vec<T> v, int count) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), (__m512)v);
    return;
  }
#elif defined(__AVX__)
  if constexpr (sizeof(T) == 4) {
    _mm256_maskstore_ps(p, first_lanes(count), (__m256)v);
    return;
  }
#endif
  std::memcpy(p, &v, static_cast<size_t>(count) * sizeof(T));
}

/// The first `count` <= lanes elements.
template <class T>
[[gnu::always_inline]] inline Vec<T> load_first(const T* p, int count) {
  return count == lanes<T> ? load(p) : load_partial(p, count);
}
template <class T>
[[gnu::always_inline]] inline void store_first(T* p, Vec<T> v, int count) {
  if (count == lanes<T>)
    store(p, v);
  else
    store_partial(p, v, count);
}

// Comparisons written so that a NaN in x is kept.
template <class V>
[[gnu::always_inline]] inline V at_most(V x, V bound) {
  return x > bound ? bound : x;
}
template <class V>
[[gnu::always_inline]] inline V at_least(V x, V bound) {
  return x < bound ? bound : x;
}
template <class V>
[[gnu::always_inline]] inline V absolute(V x) {
  return x > 0 ? x : 0 - x;  // -0 becomes 0
}

template <class F>
[[gnu::always_inline]] inline Vec<double> each_lane(Vec<double> x, F f) {
  for (int i = 0; i < lanes<double>; ++i) x[i] = f(x[i]);
  return x;
}

/// a - b, modulo 2^32.
typedef uint32_t WrapVec __attribute__((vector_size(vector_bytes)));
[[gnu::always_inline]] inline IntVec wrapping_difference(IntVec a, IntVec b) {
  return (IntVec)((WrapVec)a - (WrapVec)b);
}

[[gnu::always_inline]] inline IntVec bits_of(Vec<float> x) { return (IntVec)x; }
[[gnu::always_inline]] inline Vec<float> from_bits(IntVec x) { return (Vec<float>)x; }
[[gnu::always_inline]] inline Vec<float> convert(IntVec x) { return __builtin_convertvector(x, Vec<float>); }

/// exp(r) - 1 for |r| <= ln(2)/2, by the Taylor series to r^7 (relative error below 2e-8).
[[gnu::always_inline]] inline Vec<float> expm1_reduced(Vec<float> r) {
  Vec<float> p = r * (1 / 5040.0f) + 1 / 720.0f;
  p = p * r + 1 / 120.0f;
  p = p * r + 1 / 24.0f;
  p = p * r + 1 / 6.0f;
  p = p * r + 0.5f;
  return (p * r) * r + r;
}

/// x = k·ln(2) + r with |r| <= ln(2)/2; returns k. |x| < 2^22.
[[gnu::always_inline]] inline IntVec reduce_by_ln2(Vec<float> x, Vec<float>& r) {
  const Vec<float> magic = broadcast(12582912.0f);  // 1.5 · 2^23: adding it rounds to an integer
  const Vec<float> shifted = x * 1.442695041f + magic;
  const Vec<float> k = shifted - magic;
  r = x - k * 0.693359375f;  // ln(2) in two parts, the first with few bits
  r = r + k * 2.12194440e-4f;
  return bits_of(shifted) - 0x4B400000;
}

/// 2^k, k from -126 to 127.
[[gnu::always_inline]] inline Vec<float> power_of_two(IntVec k) { return from_bits((k + 127) << 23); }

/// 2^k is applied as two factors, so that results reach down to the denormals and up to infinity.
[[gnu::always_inline]] inline Vec<float> exp(Vec<float> x) {
  Vec<float> r;
  const IntVec k = reduce_by_ln2(at_least(at_most(x, broadcast(89.0f)), broadcast(-104.0f)), r);
  const IntVec half = k >> 1;
  const Vec<float> scale = power_of_two(half);
  return (scale * expm1_reduced(r) + scale) * power_of_two(k - half);
}
[[gnu::always_inline]] inline Vec<double> exp(Vec<double> x) {
  return each_lane(x, [](double v) { return std::exp(v); });
}

/// exp(x) - 1 without cancellation near 0; x <= 87.
[[gnu::always_inline]] inline Vec<float> expm1(Vec<float> x) {
  Vec<float> r;
  const Vec<float> scale = power_of_two(reduce_by_ln2(at_least(x, broadcast(-87.0f)), r));
  return scale * expm1_reduced(r) + (scale - 1.0f);
}
[[gnu::always_inline]] inline Vec<double> expm1(Vec<double> x) {
  return each_lane(x, [](double v) { return std::expm1(v); });
}

[[gnu::always_inline]] inline Vec<float> tanh(Vec<float> x) {
  const IntVec sign = bits_of(x) & std::numeric_limits<int32_t>::min();
  const Vec<float> magnitude = at_most(from_bits(bits_of(x) ^ sign), broadcast(9.02f));  // beyond: 1
  const Vec<float> e = expm1(magnitude + magnitude);
  return from_bits(bits_of(e / (e + 2.0f)) | sign);
}
[[gnu::always_inline]] inline Vec<double> tanh(Vec<double> x) {
  return each_lane(x, [](double v) { return std::tanh(v); });
}

/// 2·atanh(f) / f from s = f², |f| <= 1/3.
[[gnu::always_inline]] inline Vec<float> atanh_series(Vec<float> s) {
  Vec<float> p = s * (2 / 17.0f) + 2 / 15.0f;
  p = p * s + 2 / 13.0f;
  p = p * s + 2 / 11.0f;
  p = p * s + 2 / 9.0f;
  p = p * s + 2 / 7.0f;
  p = p * s + 2 / 5.0f;
  p = p * s + 2 / 3.0f;
  return p * s + 2.0f;
}

[[gnu::always_inline]] inline Vec<float> log(Vec<float> x) {
  const auto denormal = x < 1.17549435e-38f;
  const Vec<float> scaled = denormal ? x * 8388608.0f : x;
  // Mantissa in [sqrt(1/2), sqrt(2)). Numbers below 0 and NaN go through too, and wrap.
  const IntVec exponent = wrapping_difference(bits_of(scaled), 0x3f3504f3 - IntVec{}) >> 23;
  const Vec<float> mantissa = from_bits(wrapping_difference(bits_of(scaled), exponent << 23));
  const Vec<float> f = (mantissa - 1.0f) / (mantissa + 1.0f);
  const Vec<float> k = convert(exponent) - (denormal ? broadcast(23.0f) : broadcast(0.0f));
  Vec<float> y = k * 0.693359375f + (f * atanh_series(f * f) - k * 2.12194440e-4f);
  y = x > std::numeric_limits<float>::max() ? x : y;
  y = x == 0.0f ? broadcast(-std::numeric_limits<float>::infinity()) : y;
  return x >= 0.0f ? y : broadcast(std::numeric_limits<float>::quiet_NaN());
}
[[gnu::always_inline]] inline Vec<double> log(Vec<double> x) {
  return each_lane(x, [](double v) { return std::log(v); });
}

template <class T>
[[gnu::always_inline]] inline Vec<T> sigmoid(Vec<T> x) {
  return 1 / (1 + exp(-x));
}

/// x, or exp(x) - 1 below 0.
template <class T>
[[gnu::always_inline]] inline Vec<T> elu(Vec<T> x) {
  return x > 0 ? x : expm1(x);
}

/// log(1 + exp(x)) without overflow.
[[gnu::always_inline]] inline Vec<float> softplus(Vec<float> x) {
  const Vec<float> u = exp(-absolute(x));
  const Vec<float> f = u / (u + 2.0f);
  return at_least(x, Vec<float>{}) + f * atanh_series(f * f);
}
[[gnu::always_inline]] inline Vec<double> softplus(Vec<double> x) {
  return each_lane(x, [](double v) { return (v > 0 ? v : 0) + std::log1p(std::exp(-std::abs(v))); });
}

}  // namespace sinew::simd
