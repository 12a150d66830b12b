// ThreadSanitizer cannot see the atomics of libzmq, which is Debian's and not instrumented: data passed between threads
// in a message looks like a race. The accesses of libzmq itself, and of libsodium on its behalf, are suppressed; our
// own are not.
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libzmq.so\n"
         "called_from_lib:libsodium.so\n";
}
