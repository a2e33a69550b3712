/// Makes an untrusted text fit for a one-line message: quoted, escaped and at most 80 characters long.
package func quoted(_ text: String) -> String {
  let limit = 80
  let start = text.unicodeScalars.prefix(limit)
  return jsonString(Substring(start)) + (start.endIndex == text.endIndex ? "" : "…")
}

/// `text` as a JSON string, including quotes. Quotes, backslashes and control characters are escaped;
/// everything else is unchanged.
package func jsonString(_ text: some StringProtocol) -> String {
  var json = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": json += "\\\""
    case "\\": json += "\\\\"
    case "\u{0}"..<" ", "\u{7F}"..<"\u{A0}":
      let digits = String(scalar.value, radix: 16)
      json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: json.unicodeScalars.append(scalar)
    }
  }
  return json + "\""
}
