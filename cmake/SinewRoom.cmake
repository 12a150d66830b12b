# A room of the house is one library target: sinew_<room>, known to others as
# sinew::<room>. Its headers are included as "<room>/<file>.h".

add_library(sinew_flags INTERFACE)
# Where files are compiled together, a name of one file may be that of a local variable in the next.
set(alone $<NOT:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>)
target_compile_options(sinew_flags INTERFACE -Wall -Wextra -Wpedantic $<${alone}:-Wshadow> -Wno-missing-field-initializers -Wno-unknown-pragmas
  $<$<BOOL:${SINEW_WERROR}>:-Werror>
  $<$<AND:$<NOT:${alone}>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # GCC 12 sees overlaps in std::string where there are none
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)  # clang blames us for what libstdc++ 12's stable_sort uses
# Kernels with registers that a loop fills: GCC cannot follow them, and clang does not know the option.
set(SINEW_NO_MAYBE_UNINITIALIZED $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
if(SINEW_NATIVE)
  target_compile_options(sinew_flags INTERFACE -march=native)
endif()

set_property(GLOBAL PROPERTY SINEW_ROOMS "")

# sinew_compile_together(TARGET SOURCE…): at most eight files of a folder are one compilation. They are small: what they
# include takes most of the time. So the names in their anonymous namespaces differ within a wing. A file with
# definitions or options of its own is compiled alone.
function(sinew_compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP
    UNITY_BUILD_CODE_AFTER_INCLUDE "#undef SINEW_INSTANTIATE")
  foreach(source IN LISTS ARGN)
    cmake_path(GET source PARENT_PATH wing)
    string(MAKE_C_IDENTIFIER "${wing}" wing)
    get_target_property(count ${target} SINEW_COUNT${wing})
    if(NOT count)
      set(count 0)
    endif()
    math(EXPR batch "${count} / 8")
    math(EXPR count "${count} + 1")
    set_target_properties(${target} PROPERTIES SINEW_COUNT${wing} ${count})
    set_property(SOURCE ${source} PROPERTY UNITY_GROUP ${wing}${batch})
  endforeach()
endfunction()

# sinew_room(NAME SOURCES file… [PUBLIC target…] [PRIVATE target…] [HEADERS file…])
# PUBLIC: rooms and libraries that the room's headers need; PRIVATE: its .cpp files only. HEADERS: those that are
# installed, "room/file.h", where they are not all of a folder of the room's name.
function(sinew_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE;HEADERS" ${ARGN})
  add_library(sinew_${name} STATIC ${ROOM_SOURCES})
  add_library(sinew::${name} ALIAS sinew_${name})
  set_target_properties(sinew_${name} PROPERTIES EXPORT_NAME ${name} SINEW_HEADERS "${ROOM_HEADERS}")
  target_include_directories(sinew_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/sinew>)
  target_link_libraries(sinew_${name} PUBLIC ${ROOM_PUBLIC}
    PRIVATE ${ROOM_PRIVATE} $<BUILD_INTERFACE:sinew_flags>)
  if(SINEW_SANITIZE)  # not in a release build: that one finds the file which forgot an include
    sinew_precompile_room_headers(sinew_${name})
    sinew_compile_together(sinew_${name} ${ROOM_SOURCES})
  endif()
  set_property(GLOBAL APPEND PROPERTY SINEW_ROOMS ${name})
endfunction()

# Gives the paths of the source and build folders to the sources that ask for them, and to no others: what is compiled
# without these paths can come from another checkout's cache.
function(sinew_define_folders)
  list(FILTER ARGN INCLUDE REGEX "\\.cpp$")
  foreach(source IN LISTS ARGN)
    file(STRINGS ${source} uses REGEX "SINEW_(SOURCE|BINARY)_DIR|robot_programs\\.h" LIMIT_COUNT 1)
    if(uses)
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS
        "SINEW_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"" "SINEW_BINARY_DIR=\"${PROJECT_BINARY_DIR}\"")
    endif()
  endforeach()
endfunction()

# s: ends a test that hangs, on a busy machine and under a sanitizer, too.
set(SINEW_TEST_TIMEOUT 1200)

# Started first, so that no processor waits for one of them at the end.
set(SINEW_LONG_TESTS apps/crash apps/outputs apps/lekiwi_command apps/paths apps/refused_early apps/stream
  agents/resume agents/same_bits robots/link_check robots/lekiwi_host robots/lying_readings robots/fault_connections)

# They wait for clocks more than they compute: two of them fit a processor, where any other test takes it whole. So
# ctest gets twice as many places as there are processors. Under ThreadSanitizer they compute, too.
set(SINEW_WAITING_TESTS "^(robots/|apps/stream)")

# sinew_test_program(ROOM PROGRAM): test_<program>, which sinew_test fills; it links the room.
function(sinew_test_program room program)
  if(NOT TARGET sinew_test_main)
    add_library(sinew_test_main OBJECT ${PROJECT_SOURCE_DIR}/tests/main.cpp)
    target_link_libraries(sinew_test_main PRIVATE sinew_flags GTest::gtest)
  endif()
  add_executable(test_${program} $<TARGET_OBJECTS:sinew_test_main>)
  target_link_libraries(test_${program} PRIVATE sinew::${room} sinew_flags GTest::gtest)
  target_compile_options(test_${program} PRIVATE ${SINEW_TEST_FLAGS})
  sinew_precompile_test_headers(test_${program})
endfunction()

# sinew_test(ROOM NAME [PROGRAM program] [SOURCES file…] [LIBS target…] [DEFINITIONS name=value…] [NEEDS target…]
#            [TIMEOUT seconds])
# The tests in <name>_test.cpp, in this folder or in a wing of it, run by ctest as <room>/<name>. A room's tests are few
# programs, for linking takes long: test_<room>, and test_<room>_threads of those that ThreadSanitizer runs, too (SinewSanitize.cmake); PROGRAM names
# another. SOURCES: what they need besides, of which a program has each once. NEEDS: programs that they start.
function(sinew_test room name)
  cmake_parse_arguments(TEST "" "PROGRAM;TIMEOUT" "SOURCES;LIBS;DEFINITIONS;NEEDS" ${ARGN})
  file(GLOB source RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${name}_test.cpp */${name}_test.cpp)
  if(NOT source MATCHES "^[^;]+$")
    message(FATAL_ERROR "${room}/${name}: one file ${name}_test.cpp is wanted; there is '${source}'")
  endif()
  if(NOT TEST_PROGRAM)
    set(TEST_PROGRAM ${room})
    if(${room}/${name} IN_LIST SINEW_THREADED_TESTS)
      set(TEST_PROGRAM ${room}_threads)
    endif()
  endif()
  set(target test_${TEST_PROGRAM})
  if(NOT TARGET ${target})
    sinew_test_program(${room} ${TEST_PROGRAM})
  endif()
  target_sources(${target} PRIVATE ${source} ${TEST_SOURCES})
  sinew_compile_together(${target} ${source} ${TEST_SOURCES})
  target_link_libraries(${target} PRIVATE ${TEST_LIBS})
  set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS ${TEST_DEFINITIONS})
  sinew_define_folders(${source} ${TEST_SOURCES})
  if(TEST_NEEDS)
    add_dependencies(${target} ${TEST_NEEDS})
  endif()
  add_test(NAME ${room}/${name} COMMAND ${target} --only ${name}_test.cpp WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT ${SINEW_TEST_TIMEOUT})
  endif()
  sinew_sanitizer_labels(${room}/${name} ${target} labels)
  set_tests_properties(${room}/${name} PROPERTIES TIMEOUT ${TEST_TIMEOUT} LABELS "${room};${labels}")
  if(${room}/${name} IN_LIST SINEW_LONG_TESTS)
    set_tests_properties(${room}/${name} PROPERTIES COST 100)
  endif()
  if(SINEW_SANITIZE STREQUAL "thread" OR NOT ${room}/${name} MATCHES ${SINEW_WAITING_TESTS})
    set_tests_properties(${room}/${name} PROPERTIES PROCESSORS 2)
  endif()
endfunction()

# Headers of every room, one exported target a room, and a find_package(sinew) file.
function(sinew_install_package)
  get_property(rooms GLOBAL PROPERTY SINEW_ROOMS)
  foreach(room IN LISTS rooms)
    install(TARGETS sinew_${room} EXPORT sinew-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    get_target_property(headers sinew_${room} SINEW_HEADERS)
    foreach(header IN LISTS headers)
      cmake_path(GET header PARENT_PATH folder)
      install(FILES ${PROJECT_SOURCE_DIR}/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sinew/${folder})
    endforeach()
    if(NOT headers)
      install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sinew/${room}
        FILES_MATCHING PATTERN "*.h" PATTERN "models" EXCLUDE
        PATTERN "*_internal.h" EXCLUDE PATTERN "compat.h" EXCLUDE)
    endif()
  endforeach()
  include(CMakePackageConfigHelpers)
  set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sinew)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/sinew-config.cmake.in
    ${PROJECT_BINARY_DIR}/sinew-config.cmake INSTALL_DESTINATION ${config_dir})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/sinew-config-version.cmake
    COMPATIBILITY SameMinorVersion)
  install(EXPORT sinew-targets NAMESPACE sinew:: DESTINATION ${config_dir})
  install(FILES ${PROJECT_BINARY_DIR}/sinew-config.cmake ${PROJECT_BINARY_DIR}/sinew-config-version.cmake
    DESTINATION ${config_dir})
endfunction()
