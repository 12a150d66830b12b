# The API pages, from the docstrings of the rooms' headers, where doxygen is installed:
#
#   cmake --build build/release --target docs      # build/release/docs/html/index.html

find_package(Doxygen QUIET)
if(NOT DOXYGEN_FOUND)
  return()
endif()
set(DOXYGEN_PROJECT_BRIEF "${PROJECT_DESCRIPTION}")
set(DOXYGEN_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/docs)
set(DOXYGEN_FILE_PATTERNS *.h)
set(DOXYGEN_EXCLUDE_PATTERNS *_internal.h)
set(DOXYGEN_EXTRACT_ALL YES)  # a name may explain itself
set(DOXYGEN_JAVADOC_AUTOBRIEF YES)
set(DOXYGEN_STRIP_FROM_PATH ${PROJECT_SOURCE_DIR})
set(DOXYGEN_GENERATE_LATEX NO)
set(DOXYGEN_QUIET YES)
set(DOXYGEN_WARN_IF_UNDOCUMENTED NO)
list(TRANSFORM SINEW_DOCUMENTED_ROOMS PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE folders)
doxygen_add_docs(docs ${folders} COMMENT "Writing the API pages")
