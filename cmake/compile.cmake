# Flags that every file is compiled with.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=include_file_ctime,include_file_mtime ${CCACHE})
endif()
find_program(LLD ld.lld)  # links in a fifth of the time
if(LLD)
  add_link_options(-fuse-ld=lld)
endif()
set(CMAKE_CXX_FLAGS_DEBUG "-g1")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-g1")
# Errors wherever we work; the release, which others build with compilers of their own, only shows
# them.
option(MAILFLEET_WARNINGS_ARE_ERRORS "warnings end the build" ON)
set(as_errors $<$<BOOL:${MAILFLEET_WARNINGS_ARE_ERRORS}>:-Werror>)
string(REPLACE " " ";" optimise "${MAILFLEET_OPTIMISE}")
add_compile_options(${optimise} -Wall -Wextra -Wpedantic -Wshadow -Wconversion ${as_errors}
                    -fno-omit-frame-pointer -fstack-protector-strong
                    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT MAILFLEET_OPTIMISE STREQUAL "-O0")
  # GCC 12 sees uninitialised members in moves of std::variant that cannot be (a known false alarm).
  add_compile_options(-Wno-maybe-uninitialized)
endif()
if(MAILFLEET_SANITIZE)
  add_compile_options(-fsanitize=${MAILFLEET_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MAILFLEET_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # clang 14's -fsanitize=function miscompiles coroutines.
    add_compile_options(-fno-sanitize=function)
  endif()
  if(MAILFLEET_SANITIZE STREQUAL "thread")
    add_compile_options(-Wno-tsan)  # GCC warns of Asio's fences
  endif()
elseif(MAILFLEET_OPTIMISE MATCHES "-O2")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
