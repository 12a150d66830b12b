# cmake -DSOURCE=… -DBUILD=… -DCOMPILER=… -P robot_only.cmake
# A computer on a robot has neither MuJoCo nor Protobuf, nor OpenCV's videos: nothing looks for them.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${BUILD})
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G Ninja -DCMAKE_CXX_COMPILER=${COMPILER} -DSINEW_ROBOT_ONLY=ON
    -DCMAKE_DISABLE_FIND_PACKAGE_mujoco=ON -DCMAKE_DISABLE_FIND_PACKAGE_Protobuf=ON)

file(STRINGS ${BUILD}/CMakeCache.txt found REGEX "[Mm]u[Jj]o[Cc]o|[Pp]rotobuf|videoio|glfw")
list(FILTER found EXCLUDE REGEX "^CMAKE_DISABLE_FIND_PACKAGE_")
if(found)
  message(FATAL_ERROR "it looked for what is not there: ${found}")
endif()

file(READ ${BUILD}/compile_commands.json commands)
file(GLOB_RECURSE together ${BUILD}/unity_*.cxx)  # they include the files that are compiled together
foreach(file IN LISTS together)
  file(READ ${file} included)
  string(APPEND commands "${included}")
endforeach()
if(commands MATCHES "${SOURCE}/(sim|envs|agents|bench)/[^\"]*")
  message(FATAL_ERROR "it would compile ${CMAKE_MATCH_0}")
endif()
foreach(needed apps/robot_main.cpp robots/link/robot_server.cpp tests/robots/link/link_test.cpp)
  if(NOT commands MATCHES "${SOURCE}/${needed}")
    message(FATAL_ERROR "it would not compile ${needed}")
  endif()
endforeach()
