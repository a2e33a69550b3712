/* C that Swift cannot say. Every name starts with shim_. */
#ifndef SHIMS_H
#define SHIMS_H

#include "cpu.h"

#endif
