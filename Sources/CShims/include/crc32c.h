/* CRC-32C, the checksum of iSCSI, ext4 and Btrfs. */
#ifndef SHIM_CRC32C_H
#define SHIM_CRC32C_H

#include <stdint.h>

/* The CRC-32C (polynomial 0x1EDC6F41, reflected) of `count` bytes, continued from `crc`: 0 at the
   start, then the previous result. Uses the CPU's instruction if it has one. */
uint32_t shim_crc32c(uint32_t crc, const void *bytes, int64_t count);

/* The same, computed with tables on any CPU; for comparison. */
uint32_t shim_crc32c_portable(uint32_t crc, const void *bytes, int64_t count);

#endif
