// ldns for this program: its header defines bool, true and false as macros unless <stdbool.h> came
// first. Included by dns_packet.cc and nobody else.
#pragma once

#include <stdbool.h>

#include <ldns/ldns.h>
