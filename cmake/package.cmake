# Manual pages, and the Debian package (`cpack -G DEB` in the build folder, or ./release). What goes
# into the package is made here from the same files the source tree shows.
include(GNUInstallDirs)
set(made ${CMAKE_BINARY_DIR}/package)
file(MAKE_DIRECTORY ${made})

# compress(OUT COMMAND…): the command's output, compressed without a date.
function(compress out)
  add_custom_command(OUTPUT ${made}/${out} DEPENDS ${CMP_DEPENDS} VERBATIM
    COMMAND sh -ec "\"$@\" >'${made}/${out}.part'; gzip -9n <'${made}/${out}.part' >'${made}/${out}'" sh ${ARGN})
  set_property(GLOBAL APPEND PROPERTY mailfleet_made ${made}/${out})
endfunction()

set(CMP_DEPENDS mailfleet)
compress(mailfleet.1.gz $<TARGET_FILE:mailfleet> man mailfleet)
compress(mailfleet.toml.5.gz $<TARGET_FILE:mailfleet> man mailfleet.toml)
set(CMP_DEPENDS ${CMAKE_SOURCE_DIR}/CHANGELOG.md)
compress(changelog.gz cat ${CMAKE_SOURCE_DIR}/CHANGELOG.md)
set(CMP_DEPENDS ${CMAKE_SOURCE_DIR}/deploy/debian/changelog)
compress(changelog.Debian.gz cat ${CMAKE_SOURCE_DIR}/deploy/debian/changelog)
get_property(all_made GLOBAL PROPERTY mailfleet_made)
add_custom_target(package_files ALL DEPENDS ${all_made})

# The shipped configuration with the places of an installed system.
function(replace_once text from to)
  string(FIND "${${text}}" "${from}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "cmake/package.cmake: config.toml no longer says ${from}")
  endif()
  string(REPLACE "${from}" "${to}" changed "${${text}}")
  set(${text} "${changed}" PARENT_SCOPE)
endfunction()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS config.toml LICENSE)
file(READ config.toml config)
string(REPLACE ";" "\\;" config "${config}")
replace_once(config "file = \"fleets/wales.csv\"" "file = \"/usr/share/mailfleet/fleets/wales.csv\"")
replace_once(config "# data_dir = \"mailfleet-data\"" "data_dir = \"/var/lib/mailfleet\"")
string(REPLACE "\\;" ";" config "${config}")
file(WRITE ${made}/config.toml "${config}")

# Debian's form of the licence: an empty line is " .".
file(READ LICENSE licence)
string(STRIP "${licence}" licence)
string(REPLACE "\n\n" "\n.\n" licence "${licence}")
string(REPLACE "\n" "\n " licence "${licence}")
string(REPLACE "MIT License\n .\n Copyright (c) 2026 the mailfleet authors\n .\n" "" licence "${licence}")
file(WRITE ${made}/copyright
  "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
  "Upstream-Name: mailfleet\n\nFiles: *\nCopyright: 2026 the mailfleet authors\n"
  "License: Expat\n${licence}\n")

set(doc ${CMAKE_INSTALL_DATADIR}/doc/mailfleet)
install(TARGETS mailfleet RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${made}/mailfleet.1.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/man/man1)
install(FILES ${made}/mailfleet.toml.5.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/man/man5)
install(FILES ${made}/changelog.gz ${made}/changelog.Debian.gz ${made}/copyright README.md
        docs/operating.md docs/trust.md docs/confirmation.md docs/metrics.md docs/api.md DESTINATION ${doc})
install(DIRECTORY docs/runbooks DESTINATION ${doc})
install(DIRECTORY grafana deploy/front contrib/ DESTINATION ${doc}/examples)
install(DIRECTORY fleets DESTINATION ${CMAKE_INSTALL_DATADIR}/mailfleet)
install(FILES ${made}/config.toml DESTINATION /etc/mailfleet)
install(FILES deploy/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME mailfleet)
install(FILES deploy/debian/mailfleet.service DESTINATION /lib/systemd/system)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME mailfleet)
set(CPACK_PACKAGE_CONTACT "The mailfleet developers <mailfleet@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "monitor of the e-mail security of many domains")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Watches DNS, STARTTLS, certificates, MTA-STS, DANE, TLS-RPT, SPF, DKIM and
DMARC of a fleet of domains, keeps a history, tells what got worse to
Alertmanager, and publishes a signed list of domains that mail gateways
may require encryption for. Serves pages, metrics for Prometheus and an API.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates, dns-root-data, publicsuffix")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "prometheus, prometheus-alertmanager")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "nginx | haproxy, minisign")
set(debian ${CMAKE_SOURCE_DIR}/deploy/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${debian}/conffiles ${debian}/postinst ${debian}/prerm ${debian}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
