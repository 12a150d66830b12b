#include <cstdio>

#include "all_headers.h"

struct Config {
  int answer = 0;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("answer", answer);
  }
};

int main() {
  const auto config = sinew::read_config<Config>(sinew::ConfigNode::parse_text("answer: 42\n", "outside.yaml"));
  std::printf("%d\n", config.answer);
  return config.answer == 42 ? 0 : 1;
}
