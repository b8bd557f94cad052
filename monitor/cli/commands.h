// The command line: what commands there are and how they are spelled.
//
// commands.cc is the only file that knows CLI11. A command is a file of its own beside it, with a
// plain struct of options and one function:
//
//     struct ReplayOptions { std::string config{}; std::string domain{}; bool json = false; };
//     int run_replay(const ReplayOptions& options);   // an ExitStatus; may throw OperatorError
//
// and a function `add_replay` in commands.cc that describes it. A command that does not exist is
// not described.
#pragma once

namespace mailfleet {

// Runs the command that the arguments name. Returns the exit status; throws nothing.
int run_command_line(int argc, const char* const* argv);

}  // namespace mailfleet
