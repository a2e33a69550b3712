import Glibc

/// A number with a fixed number of digits after the decimal point; "-" for NaN.
func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return value.isNaN ? "-" : "\(value)" }
  var buffer = [CChar](repeating: 0, count: 400)
  _ = withVaList([Int32(digits), value]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Seconds formatted as minutes and seconds, such as "3:07".
func clock(_ seconds: Double) -> String {
  let whole = Int(max(0, min(seconds, 359_999)).rounded())
  return "\(whole / 60):" + (whole % 60 < 10 ? "0" : "") + "\(whole % 60)"
}

extension String {
  /// Padded with spaces on the right.
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  /// Padded with spaces on the left.
  func aligned(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}

/// The seconds of a monotonic clock.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Prints without a line end, immediately.
func show(_ string: String) {
  print(string, terminator: "")
  fflush(nil)
}

/// Prints a line and flushes standard output, which otherwise reaches a pipe or file in blocks
/// of 4 KiB.
func showLine(_ line: String) { show(line + "\n") }
