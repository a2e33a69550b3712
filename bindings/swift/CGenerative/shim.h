#include <generative.h>
