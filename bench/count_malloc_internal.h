// Not an ordinary header: including it defines malloc and its family as functions that increment a variable `count` and
// call glibc's own functions, which glibc exports under a second name. operator new ends up here too.
#include <cerrno>
#include <cstddef>

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

void* malloc(size_t size) {
  ++count;
  return __libc_malloc(size);
}
void* calloc(size_t n, size_t size) {
  ++count;
  return __libc_calloc(n, size);
}
void* realloc(void* p, size_t size) {
  ++count;
  return __libc_realloc(p, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** p, size_t alignment, size_t size) {
  ++count;
  *p = __libc_memalign(alignment, size);
  return *p ? 0 : ENOMEM;
}
}
