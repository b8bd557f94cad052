// mailfleet: watches the e-mail security of many domains. The commands are in monitor/cli.
#include "monitor/cli/commands.h"

int main(int argc, char** argv) { return mailfleet::run_command_line(argc, argv); }
