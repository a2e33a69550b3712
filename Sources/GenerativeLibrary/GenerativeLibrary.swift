// libgenerative.so is linked from this target; the code is in GenerativeABI.
