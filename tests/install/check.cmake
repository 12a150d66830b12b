# cmake -DBUILD=… -DCONFIG=… -DCOMPILER=… -DSANITIZE=… -DSTAGE=… -DOUTSIDE=… -P check.cmake
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${STAGE})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${STAGE}/root)
set(flags "")
if(SANITIZE)
  set(flags -DCMAKE_CXX_FLAGS=-fsanitize=${SANITIZE})
endif()
run(${CMAKE_COMMAND} -S ${OUTSIDE} -B ${STAGE}/build -G Ninja -DCMAKE_BUILD_TYPE=${CONFIG}
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${STAGE}/root ${flags})
run(${CMAKE_COMMAND} --build ${STAGE}/build)
run(${STAGE}/build/outside)
