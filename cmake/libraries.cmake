# Debian 12's libraries, each under one short target name.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(EVENT REQUIRED IMPORTED_TARGET libevent)
pkg_check_modules(LDNS REQUIRED IMPORTED_TARGET ldns)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)

# Its pkg-config file asks for development files that only static linking needs.
find_path(UNBOUND_INCLUDE_DIR unbound-event.h REQUIRED)
find_library(UNBOUND_LIBRARY unbound REQUIRED)
add_library(unbound INTERFACE)
target_include_directories(unbound INTERFACE ${UNBOUND_INCLUDE_DIR})
target_link_libraries(unbound INTERFACE ${UNBOUND_LIBRARY})

foreach(pair event:EVENT ldns:LDNS psl:PSL idn2:IDN2)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 short)
  list(GET pair 1 long)
  add_library(${short} INTERFACE)
  target_link_libraries(${short} INTERFACE PkgConfig::${long})
endforeach()

add_library(zlib INTERFACE)
target_link_libraries(zlib INTERFACE ZLIB::ZLIB)
add_library(sqlitecpp INTERFACE)
target_link_libraries(sqlitecpp INTERFACE SQLiteCpp PkgConfig::SQLITE)
add_library(asio INTERFACE)  # Boost.Asio and Beast's parsers are headers only
target_compile_definitions(asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_REGEX)
target_link_libraries(asio INTERFACE Threads::Threads)
add_library(json INTERFACE)
target_link_libraries(json INTERFACE boost_json)
add_library(toml INTERFACE)  # headers only
add_library(cli11 INTERFACE)
