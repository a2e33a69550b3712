import Glibc

/// Whether ThreadSanitizer watches this process.
package let isWatchedForRaces = dlsym(nil, "__tsan_init") != nil

/// A test's size: under ThreadSanitizer, where every load and store costs ten, `watched` of what takes
/// minutes and would show a race in seconds; else `full`.
package func sized(_ full: Int, watched: Int) -> Int { isWatchedForRaces ? watched : full }
