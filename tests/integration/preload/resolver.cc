// Preloaded into mail servers under test: the C library's resolver asks the name server at
// 127.0.0.1, port TEST_DNS_PORT, and Exim's user exists (a package's script would have made it).
#include <arpa/inet.h>
#include <dlfcn.h>
#include <grp.h>
#include <pwd.h>
#include <resolv.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace {

int redirect(res_state state, int result) {
  const char* port = getenv("TEST_DNS_PORT");
  if (!port) return result;
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(static_cast<uint16_t>(atoi(port)));
  state->nscount = 1;
  state->nsaddr_list[0] = at;
  return result;
}

template <class F>
F* next(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

constexpr const char* exim_user = "Debian-exim";

}  // namespace

extern "C" {

int __res_init() { return redirect(&_res, next<int()>("__res_init")()); }
int __res_ninit(res_state state) {
  return redirect(state, next<int(res_state)>("__res_ninit")(state));
}

passwd* getpwnam(const char* name) {
  if (strcmp(name, exim_user) != 0) return next<passwd*(const char*)>("getpwnam")(name);
  return getuid() == 0 ? getpwnam("nobody") : getpwuid(getuid());
}
group* getgrnam(const char* name) {
  if (strcmp(name, exim_user) != 0) return next<group*(const char*)>("getgrnam")(name);
  return getgid() == 0 ? getgrnam("nogroup") : getgrgid(getgid());
}
}
