#include "tests/integration/postfix.h"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace mailfleet {

Postfix::Postfix(const std::string& host, const std::string& address, uint16_t port,
                 const std::string& chain_pem) {
  const std::string folder = scratch_.path("");
  for (const char* name : {"etc", "queue", "data"})
    std::filesystem::create_directory(scratch_.path(name));
  if (const passwd* owner = getpwnam("postfix"))
    if (chown(scratch_.path("data").c_str(), owner->pw_uid, owner->pw_gid) != 0)
      throw std::runtime_error("cannot give Postfix its data folder");
  scratch_.write("chain.pem", chain_pem);
  scratch_.write(
      "etc/main.cf",
      "compatibility_level = 3.7\nqueue_directory = " + folder +
          "queue\ndata_directory = " + folder +
          "data\nmail_owner = postfix\nsetgid_group = postdrop\n"
          "command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\n"
          "myhostname = " +
          host +
          // What it sends from; it must be an interface's own, which others of 127/8 are not.
          "\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmydestination "
          "=\nsmtpd_tls_chain_files = " +
          folder + "chain.pem\nsmtpd_tls_security_level = may\nmaillog_file = " + folder +
          "mail.log\nmaillog_file_prefixes = " + folder + "\n");
  scratch_.write("etc/master.cf",
                 address + ":" + std::to_string(port) +
                     " inet n - n - - smtpd\ntlsmgr unix - - n 1000? 1 tlsmgr\n"
                     "anvil unix - - n - 1 anvil\nrewrite unix - - n - - trivial-rewrite\n"
                     "proxymap unix - - n - - proxymap\ncleanup unix n - n - 0 cleanup\n"
                     "qmgr unix n - n 300 1 qmgr\npickup unix n - n 60 1 pickup\n"
                     "bounce unix - - n - 0 bounce\npostlog unix-dgram n - n - 1 postlogd\n");
  scratch_.run({program("postfix", "postfix"), "-c", scratch_.path("etc"), "start"});
  scratch_.wait_for(port, address);
}

Postfix::~Postfix() {
  try {
    scratch_.run({program("postfix", "postfix"), "-c", scratch_.path("etc"), "stop"});
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
}

}  // namespace mailfleet
