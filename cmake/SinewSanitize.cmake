# Sanitizers: their flags, and which tests run under them (docs/robustness.md).

# Compiling takes most of a pass. SINEW_HOT_FLAGS are of rooms whose loops are hot; under a sanitizer they
# hold what GCC's contraction to fused multiply-adds needs at -O1, for the tests know the bits.
if(SINEW_SANITIZE)
  target_compile_options(sinew_flags INTERFACE -fsanitize=${SINEW_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(sinew_flags INTERFACE -fsanitize=${SINEW_SANITIZE})
  set(SINEW_HOT_FLAGS -fexpensive-optimizations)
  set(SINEW_TEST_FLAGS -O0 -fpch-preprocess)  # the latter is for ccache
  set(SINEW_NO_UNINITIALIZED -Wno-uninitialized)  # at -O1 GCC's AVX-512 header sets this off as well
else()
  set(SINEW_HOT_FLAGS -O3)
endif()

# ThreadSanitizer runs what starts threads and what they work on: label `threads`.
set(SINEW_THREADED_TESTS core/thread_pool sim/render_pool envs/vec_env envs/cameras agents/rollout agents/ppo
  agents/ppo_update agents/same_bits agents/trainer agents/resume
  robots/adapted_robot robots/doorkeeper robots/fault_controller robots/fault_flood robots/fault_handshake robots/fault_keys
  robots/fault_message robots/fault_network robots/fault_observation robots/fault_process robots/fault_robot
  robots/fault_thread robots/latency_histogram robots/lekiwi_body robots/lekiwi_faults robots/lekiwi_host robots/link
  robots/mailbox robots/real_time robots/tcp_proxy)
# AddressSanitizer and UBSan run all but these: label `unsanitized`.
set(SINEW_UNSANITIZED_TESTS
  agents/learning  # learns for minutes, through code that other tests enter too
  agents/same_bits # likewise; ThreadSanitizer runs it
  apps/crash)      # its programs load a fault injector first, where ASan wants to be
add_custom_target(threaded_tests)

# What every test includes is compiled once. Not in a release build: that one finds the file which forgot an include.
function(sinew_precompile_test_headers target)
  if(NOT SINEW_SANITIZE)
    return()
  endif()
  if(NOT TARGET sinew_test_headers)
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/test_headers.cpp CONTENT "int main() {}\n")
    add_executable(sinew_test_headers ${PROJECT_BINARY_DIR}/test_headers.cpp)
    target_link_libraries(sinew_test_headers PRIVATE sinew_flags fmt::fmt GTest::gtest)
    target_compile_options(sinew_test_headers PRIVATE ${SINEW_TEST_FLAGS})
    target_precompile_headers(sinew_test_headers PRIVATE <algorithm> <cmath> <filesystem> <fstream> <functional> <map>
      <memory> <optional> <span> <string> <thread> <vector> <fmt/ranges.h> <gtest/gtest.h>)
  endif()
  target_precompile_headers(${target} REUSE_FROM sinew_test_headers)
endfunction()

# sinew_sanitizer_labels(TEST TARGET VARIABLE): the labels of a test.
function(sinew_sanitizer_labels test target variable)
  set(labels "")
  if(test IN_LIST SINEW_THREADED_TESTS)
    list(APPEND labels threads)
    add_dependencies(threaded_tests ${target})
  endif()
  if(test IN_LIST SINEW_UNSANITIZED_TESTS)
    list(APPEND labels unsanitized)
  endif()
  set(${variable} "${labels}" PARENT_SCOPE)
endfunction()
