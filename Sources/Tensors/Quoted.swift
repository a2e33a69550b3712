/// `text`, which may come from anywhere, fit for a message of one line.
package func quoted(_ text: String) -> String {
  let limit = 80
  let start = text.unicodeScalars.prefix(limit)
  return jsonString(Substring(start)) + (start.endIndex == text.endIndex ? "" : "…")
}

/// `text` as a JSON string, quotes included: the two characters and the controls that JSON cannot
/// show are escaped, everything else stands as it is.
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
