#include "exporter/gateways/powershell.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

std::string fault(std::string_view script) {
  const auto read = read_powershell(script);
  const auto* what = std::get_if<std::string>(&read);
  return what ? *what : "whole";
}

}  // namespace

TEST_CASE("powershell: what is whole") {
  for (const char* script :
       {"", "# $( ' \n", "$A = @('x', 'it''s')\n", "if (-not $Apply) { Get-X }",
        "Remove-X -Confirm:$false -WhatIf:$Y", "$R[$_.Name] = $true", "New-X -Name $N @Settings",
        "@{ A = 1; B = 'b' }"})
    CHECK_MESSAGE(fault(script) == "whole", script);
}

TEST_CASE("powershell: what is not, and where") {
  CHECK(fault("$A = 'x\n'") == "line 1: a literal holds other than printable ASCII");
  CHECK(fault("\n\n$A = 'x") == "line 3: a literal is never closed");
  CHECK(fault("'\xE2\x80\x99'") == "line 1: a literal holds other than printable ASCII");
  CHECK(fault("@('a'") == "line 1: a bracket \"(\" is never closed");
  CHECK(fault("@('a'}") == "line 1: a bracket without its pair");
  CHECK(fault(")") == "line 1: a bracket without its pair");
  CHECK(fault("# \xE2\x80\xAE") == "line 1: a comment holds other than printable ASCII");
  for (const char* script :
       {"\"$x\"", "`id`", "a & b", "<# c #>", "$(id)", "${x}", "$", "@\"", "!"})
    CHECK_MESSAGE(fault(script) != "whole", script);
}

TEST_CASE("powershell: literals") {
  CHECK(powershell_literal("mx.a.uk") == "'mx.a.uk'");
  CHECK(powershell_literal("it's $(x)") == "'it''s $(x)'");
  CHECK_FALSE(powershell_literal("a\nb"));
  CHECK_FALSE(powershell_literal("a\xE2\x80\x99"));  // a curly quote ends a literal too
  const auto read = read_powershell("$A = 'it''s'");
  const auto& tokens = std::get<std::vector<PowerShellToken>>(read);
  REQUIRE(tokens.size() == 3);
  CHECK(tokens[0].kind == PowerShellKind::variable);
  CHECK(tokens[2].text == "it's");
}
