#ifndef GENERATIVE_H
#define GENERATIVE_H
#include <stdint.h>
#define GEN_API
typedef int32_t gen_status;
GEN_API const char *gen_version(void);
#endif
