// ThreadSanitizer cannot see the atomics of libzmq, which is Debian's and not instrumented: what passes from thread to
// thread in a message looks like a race. What libzmq itself does, and libsodium for it, is left out; our own accesses
// are not.
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libzmq.so\n"
         "called_from_lib:libsodium.so\n";
}
