/* What this library takes from Exif: how a picture is to be turned. */
#ifndef SHIM_EXIF_H
#define SHIM_EXIF_H

#include <stdint.h>

/* The orientation, 1 to 8, that a TIFF block states (tag 0x0112 of its first directory), else 1. */
int32_t exif_orientation(const uint8_t *tiff, int64_t size);

#endif
