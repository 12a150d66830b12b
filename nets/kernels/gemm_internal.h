#pragma once
#include <algorithm>

#include "nets/kernels/gemm.h"
#include "nets/kernels/simd.h"

// The tiles that gemm() and its gathered variants consist of. Included only by their files, since it compiles slowly.
namespace sinew {
namespace {

using namespace simd;

// A tile of C is kept in registers: 24 vectors of AVX-512's 32, 12 of AVX2's 16; the others hold a row of B and an
// element of A. A narrow panel takes more rows, to keep as many sums in flight.
constexpr int max_vectors = vector_bytes == 64 ? 4 : 2;
constexpr int rows_of_tile(int vectors) { return std::clamp(6 * max_vectors / vectors, 1, 12); }
// The width in vectors of the panels for a product of m rows: few rows per tile are compensated by wider panels.
constexpr int panel_vectors(int m) {
  const int tiles = std::max(1, (m + 5) / 6), rows = (m + tiles - 1) / tiles;
  const int halves = rows > 4 ? 2 : rows > 2 ? 3 : rows > 1 ? 4 : 8;
  return std::min(8, max_vectors * halves / 2);
}

template <class T, Activation activation>
[[gnu::always_inline]] inline Vec<T> activate(Vec<T> x) {
  if constexpr (activation == Activation::tanh)
    return simd::tanh(x);
  else if constexpr (activation == Activation::relu)
    return at_least(x, Vec<T>{});
  else if constexpr (activation == Activation::elu)
    return simd::elu<T>(x);
  else
    return simd::sigmoid<T>(x);
}

/// Addressing of an element of A: by two strides, or by a table of its rows or of its columns.
enum class Addressing { strided, rows, columns };

// Columns from `col` on of C, Vectors wide; if Partial, the last vector has `tail` columns (1 … lanes-1).
template <class T, Addressing addressing, int Vectors, bool Partial>
struct Panel {
  static constexpr bool cut(int vector) { return Partial && vector == Vectors - 1; }
  static Vec<T> load_at(const T* p, int vector, int tail) {
    return cut(vector) ? load_partial(p + vector * lanes<T>, tail) : load(p + vector * lanes<T>);
  }
  static void store_at(T* p, int vector, Vec<T> value, int tail) {
    if (cut(vector))
      store_partial(p + vector * lanes<T>, value, tail);
    else
      store(p + vector * lanes<T>, value);
  }

  // One step of the chain: an element of A for each row, times a row of B.
  template <int Rows, class Element>
  [[gnu::always_inline]] static void add_products(Vec<T> (&sum)[Rows][Vectors], Element a, const T* b, int tail) {
    Vec<T> b_row[Vectors];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      b_row[v] = load_at(b, v, tail);
      if constexpr (Rows > 1) keep_in_register(b_row[v]);  // else GCC may reload it for each row
    }
#pragma GCC unroll 12
    for (int i = 0; i < Rows; ++i) {
      const Vec<T> scale = broadcast(a(i));
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) sum[i][v] = multiply_add<T>(scale, b_row[v], sum[i][v]);
    }
  }

  // Rows `row` … row+Rows-1 of the product, with bias.
  template <int Rows>
  static void multiply(const GemmArguments<T>& g, int row, int col, int tail) {
    Vec<T> sum[Rows][Vectors] = {};
    T* c = g.c + static_cast<long>(row) * g.c_row + col;
    if (g.accumulate) {
#pragma GCC unroll 12
      for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
        for (int v = 0; v < Vectors; ++v) sum[i][v] = load_at(c + static_cast<long>(i) * g.c_row, v, tail);
    }
    const T* b = g.b + col;
    if constexpr (addressing == Addressing::strided) {
      const T* a = g.a + static_cast<long>(row) * g.a_row;
      for (int p = 0; p < g.k; ++p, a += g.a_col, b += g.b_row)
        add_products<Rows>(sum, [&](int i) { return a[static_cast<long>(i) * g.a_row]; }, b, tail);
    } else if constexpr (addressing == Addressing::columns) {
      for (int p = 0; p < g.k; ++p, b += g.b_row) {
        const T* a = g.a + static_cast<long>(row) * g.a_row + g.a_columns[p];
        add_products<Rows>(sum, [&](int i) { return a[static_cast<long>(i) * g.a_row]; }, b, tail);
      }
    } else {
      const T* rows[Rows];
      for (int i = 0; i < Rows; ++i) rows[i] = g.a + g.a_rows[row + i];
      for (int s = 0; s < g.segments; ++s) {
        const long begin = static_cast<long>(s) * g.a_segment, end = begin + g.k;
        for (long p = begin; p < end; ++p, b += g.b_row)
          add_products<Rows>(sum, [&](int i) { return rows[i][p]; }, b, tail);
      }
    }
    if (g.bias) {
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        const Vec<T> bias = load_at(g.bias + col, v, tail);
#pragma GCC unroll 12
        for (int i = 0; i < Rows; ++i) sum[i][v] += bias;
      }
    }
#pragma GCC unroll 12
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) store_at(c + static_cast<long>(i) * g.c_row, v, sum[i][v], tail);
  }

  // Applies the activation while the tile is still in the first-level cache.
  template <Activation activation>
  static void activate_tile(const GemmArguments<T>& g, int row, int rows, int col, int tail) {
    for (int v = 0; v < Vectors; ++v)
      for (int i = row; i < row + rows; ++i) {
        T* c = g.c + static_cast<long>(i) * g.c_row + col;
        store_at(c, v, activate<T, activation>(load_at(c, v, tail)), tail);
      }
  }
  static void finish(const GemmArguments<T>& g, int row, int rows, int col, int tail) {
    switch (g.activation) {
      case Activation::none: return;
      case Activation::tanh: return activate_tile<Activation::tanh>(g, row, rows, col, tail);
      case Activation::relu: return activate_tile<Activation::relu>(g, row, rows, col, tail);
      case Activation::elu: return activate_tile<Activation::elu>(g, row, rows, col, tail);
      case Activation::sigmoid: return activate_tile<Activation::sigmoid>(g, row, rows, col, tail);
    }
  }

  // As many tiles of Rows rows as fit before `end`.
  template <int Rows>
  static void tiles(const GemmArguments<T>& g, int& row, int end, int col, int tail) {
    for (; row + Rows <= end; row += Rows) {
      multiply<Rows>(g, row, col, tail);
      finish(g, row, Rows, col, tail);
    }
  }

  static void all_rows(const GemmArguments<T>& g, int col, int tail) {
    constexpr int most = rows_of_tile(Vectors);
    int row = 0;
    if constexpr (most > 6) {
      tiles<most>(g, row, g.m, col, tail);
      if constexpr (most > 8) tiles<8>(g, row, g.m, col, tail);
      tiles<4>(g, row, g.m, col, tail);
      tiles<2>(g, row, g.m, col, tail);
      tiles<1>(g, row, g.m, col, tail);
    } else if (g.m > 0) {  // tiles of nearly equal height: a low one stalls on its few sums
      const int count = (g.m + most - 1) / most, larger = g.m % count, rows = g.m / count;
      if (larger > 0) tiles_of<most>(rows + 1, g, row, larger * (rows + 1), col, tail);
      tiles_of<most>(rows, g, row, g.m, col, tail);
    }
  }

  // The tiles of `rows` rows, at most Most.
  template <int Most>
  static void tiles_of(int rows, const GemmArguments<T>& g, int& row, int end, int col, int tail) {
    if (rows == Most) return tiles<Most>(g, row, end, col, tail);
    if constexpr (Most > 1) tiles_of<Most - 1>(rows, g, row, end, col, tail);
  }

  // Copies B's panel, in blocks of rows small enough for the first-level cache. Sums stay in C between two blocks; each
  // remains one chain over ascending k.
  [[gnu::noinline]] static void all_rows_packed(const GemmArguments<T>& g, int col, int tail) {
    constexpr int block = 32768 / (max_vectors * vector_bytes), width = Vectors * lanes<T>;
    alignas(64) T packed[block * width];
    GemmArguments<T> part = g;
    part.b = packed;
    part.c = g.c + col;
    part.b_row = width;
    for (int begin = 0; begin < g.k; begin += block) {
      part.k = std::min(block, g.k - begin);
      const bool last = begin + part.k == g.k;
      for (int p = 0; p < part.k; ++p)
        for (int v = 0; v < Vectors; ++v)
          store(packed + p * width + v * lanes<T>,
                load_at(g.b + static_cast<long>(begin + p) * g.b_row + col, v, tail));
      part.a = g.a + static_cast<long>(begin) * g.a_col;
      part.accumulate = g.accumulate || begin > 0;
      part.bias = last && g.bias ? g.bias + col : nullptr;
      part.activation = last ? g.activation : Activation::none;
      all_rows(part, 0, tail);
    }
  }
};

template <class T, Addressing addressing, int Vectors, bool Partial>
void panel(const GemmArguments<T>& g, int col, int tail) {
  using Rows = Panel<T, addressing, Vectors, Partial>;
  if constexpr (addressing == Addressing::strided) {
    // Packing pays when B's rows lie apart, B exceeds the first-level cache, and many rows share it.
    const bool pack = g.m >= 4 * rows_of_tile(Vectors) && g.b_row > Vectors * lanes<T> &&
                      static_cast<long>(g.k) * g.b_row * static_cast<long>(sizeof(T)) > 32768;
    if (pack) return Rows::all_rows_packed(g, col, tail);
  }
  Rows::all_rows(g, col, tail);
}

template <class T, Addressing addressing, bool Partial>
void last_panel(const GemmArguments<T>& g, int col, int vectors, int tail) {
  switch (vectors) {
    case 1: return panel<T, addressing, 1, Partial>(g, col, tail);
    case 2: return panel<T, addressing, 2, Partial>(g, col, tail);
    case 3:
      if constexpr (max_vectors > 2) return panel<T, addressing, 3, Partial>(g, col, tail);
      break;
    case 4:
      if constexpr (max_vectors > 2) return panel<T, addressing, 4, Partial>(g, col, tail);
      break;
  }
}

template <class T>
constexpr int panel_width(int vectors) {
  return vectors * lanes<T>;
}

// For a packed B, its panel of `width` columns from `col` on, as multiply() addresses it.
template <class T>
GemmArguments<T> packed_panel(const GemmArguments<T>& g, int col, int width) {
  GemmArguments<T> own = g;
  if (g.k > 0) own.b = g.b + static_cast<long>(col) * (g.k - 1);  // multiply() adds col
  own.b_row = width;
  return own;
}

// The columns from `col` on that do not fill a panel.
template <class T, Addressing addressing>
void narrow_panel(const GemmArguments<T>& g, int col) {
  const int rest = g.n - col, tail = rest % lanes<T>;
  if (tail > 0)
    last_panel<T, addressing, true>(g, col, rest / lanes<T> + 1, tail);
  else if (rest > 0)
    last_panel<T, addressing, false>(g, col, rest / lanes<T>, 0);
}

// As many panels of Vectors vectors as fit from `col` on.
template <class T, Addressing addressing, int Vectors>
void panels(const GemmArguments<T>& g, int& col) {
  constexpr int width = panel_width<T>(Vectors);
  const int count = (g.n - col) / width, first = col;
  for (int i = 0; i < count; ++i) {
    const int at = first + (g.backwards ? count - 1 - i : i) * width;
    panel<T, addressing, Vectors, false>(g.b_packed ? packed_panel(g, at, width) : g, at, 0);
  }
  col += count * width;
}

template <class T, Addressing addressing>
void all_panels(const GemmArguments<T>& g) {
  int col = 0;
  if constexpr (addressing == Addressing::strided) {
    const int vectors = panel_vectors(g.m);
    if (vectors == panel_vectors(1))
      panels<T, addressing, panel_vectors(1)>(g, col);
    else if (vectors == panel_vectors(2))
      panels<T, addressing, panel_vectors(2)>(g, col);
    else if (vectors == panel_vectors(4))
      panels<T, addressing, panel_vectors(4)>(g, col);
  }
  panels<T, addressing, max_vectors>(g, col);
  narrow_panel<T, addressing>(g.b_packed ? packed_panel(g, col, g.n - col) : g, col);
}

}  // namespace
}  // namespace sinew
