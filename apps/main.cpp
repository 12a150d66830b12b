#include "apps/run.h"

int main(int argc, char** argv) { return sinew::run(argc, argv, sinew::Registry::builtin()); }
