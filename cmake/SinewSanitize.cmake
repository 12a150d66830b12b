# Sanitizers: their flags, and which tests run under them (docs/robustness.md).

# Compiling takes most of a pass, and the more it optimizes, the longer it takes. SINEW_HOT_FLAGS are for rooms with hot
# loops; under a sanitizer they hold what GCC's contraction to fused multiply-adds needs at -O1, since the tests know
# the bits. SINEW_WARM_FLAGS are for rooms that must be fast, but not under a sanitizer; SINEW_COLD_FLAGS for what is
# never hot; SINEW_TEST_FLAGS for tests, whose compilation takes longer than their run.
set(SINEW_TEST_FLAGS -O0)
if(SINEW_SANITIZE)
  target_compile_options(sinew_flags INTERFACE -fsanitize=${SINEW_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # the latter is for ccache
  target_link_options(sinew_flags INTERFACE -fsanitize=${SINEW_SANITIZE})
  set(SINEW_HOT_FLAGS -fexpensive-optimizations)
  set(SINEW_WARM_FLAGS -O0)
  set(SINEW_COLD_FLAGS -O0)
  set(SINEW_NO_UNINITIALIZED -Wno-uninitialized)  # at -O1 GCC's AVX-512 header sets this off as well
else()
  set(SINEW_HOT_FLAGS -O3)
  set(SINEW_WARM_FLAGS "")
  set(SINEW_COLD_FLAGS $<$<CONFIG:Release>:-O1>)
endif()

# ThreadSanitizer runs what starts threads and what they work on: label `threads`.
set(SINEW_THREADED_TESTS core/thread_pool sim/render_pool envs/vec_env envs/cameras agents/rollout agents/ppo
  agents/ppo_update agents/same_bits agents/trainer agents/resume
  robots/adapted_robot robots/zap_authenticator robots/fault_controller robots/fault_flood robots/fault_handshake robots/fault_keys
  robots/fault_message robots/fault_network robots/fault_observation robots/fault_process robots/fault_robot
  robots/fault_thread robots/latency_histogram robots/lekiwi_body robots/lekiwi_faults robots/lekiwi_host
  robots/lekiwi_last_words robots/link robots/lying_readings
  robots/mailbox robots/real_time robots/tcp_proxy)
# AddressSanitizer and UBSan run all but these: label `unsanitized`.
set(SINEW_UNSANITIZED_TESTS
  agents/learning  # learns for minutes, through code that other tests enter too
  agents/same_bits # the same; ThreadSanitizer runs it
  apps/crash)      # its programs load a fault injector first, where ASan wants to be
add_custom_target(threaded_tests)

# What nearly every file of a room, and every test, includes is compiled once.
set(SINEW_COMMON_HEADERS <algorithm> <cmath> <filesystem> <fstream> <functional> <map> <memory> <optional> <span> <string>
  <thread> <vector> <fmt/ranges.h>)

function(sinew_precompile_room_headers target)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:fmt::fmt>)
  target_precompile_headers(${target} PRIVATE ${SINEW_COMMON_HEADERS})
endfunction()

function(sinew_precompile_test_headers target)
  if(NOT SINEW_SANITIZE)
    return()
  endif()
  if(NOT TARGET sinew_test_headers)
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/test_headers.cpp CONTENT "int main() {}\n")
    add_executable(sinew_test_headers ${PROJECT_BINARY_DIR}/test_headers.cpp)
    target_link_libraries(sinew_test_headers PRIVATE sinew_flags fmt::fmt GTest::gtest)
    target_compile_options(sinew_test_headers PRIVATE ${SINEW_TEST_FLAGS})
    target_precompile_headers(sinew_test_headers PRIVATE ${SINEW_COMMON_HEADERS} <gtest/gtest.h>)
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
