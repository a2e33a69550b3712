/* The part of Exif that this library uses: the orientation of an image. */
#ifndef SHIM_EXIF_H
#define SHIM_EXIF_H

#include <stdint.h>

/* The orientation, 1 to 8, in a TIFF block (tag 0x0112 of its first directory); 1 if there is
   none. */
int32_t exif_orientation(const uint8_t *tiff, int64_t size);

#endif
