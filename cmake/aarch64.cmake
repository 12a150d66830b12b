# For 64-bit ARM from another computer, against a folder with Debian's arm64 packages:
#   cmake --preset robot --toolchain cmake/aarch64.cmake -DCMAKE_SYSROOT=FOLDER
# docs/robot_computer.md has the whole of it. Tests run under qemu-user, where there is that.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(SINEW_NATIVE OFF CACHE BOOL "The CPU of this machine is another one")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
foreach(kind LIBRARY INCLUDE PACKAGE)
  set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
set(libraries /usr/lib/aarch64-linux-gnu)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${CMAKE_SYSROOT}${libraries}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig)

# OpenCV needs these two. Packages that are extracted, not configured, lack the links to them.
set(CMAKE_EXE_LINKER_FLAGS_INIT
  "-Wl,-rpath-link,${CMAKE_SYSROOT}${libraries}/lapack:${CMAKE_SYSROOT}${libraries}/blas")
find_program(SINEW_QEMU qemu-aarch64)
if(SINEW_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR
    ${SINEW_QEMU} -L ${CMAKE_SYSROOT} -E LD_LIBRARY_PATH=${libraries}/lapack:${libraries}/blas)
endif()
