import CGenerative

/// Escapes text for HTML.
func escaped(_ text: String) -> String {
  var escaped = ""
  for character in text {
    switch character {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "\"": escaped += "&quot;"
    default: escaped.append(character)
    }
  }
  return escaped
}

/// A self-contained page.
///
/// - Parameters:
///   - lede: the first sentence, as HTML.
///   - body: sections, as HTML.
///   - footer: text after the version of the library.
///   - data: the input of the page's script; nil: there is no script.
func htmlPage(
  _ title: String, lede: String, body: String, footer: String = "", data: JSON? = nil
) -> String {
  let script =
    data.map {
      """
      <script type="application/json" id="data">\($0.text)</script>
      <script>
      "use strict";
      \(text(of: PackageResources.program_js))
      \(text(of: PackageResources.charts_js))
      \(text(of: PackageResources.page_js))</script>

      """
    } ?? ""
  return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(escaped(title))</title>
    <link rel="icon" href="data:,">
    <style>
    \(text(of: PackageResources.page_css))</style>
    </head>
    <body>
    <main>
    <h1>\(escaped(title))</h1>
    <p class="lede">\(lede)</p>
    \(body)
    </main>
    <footer>libgenerative \(gen.text(gen_version()))\(footer)</footer>
    \(script)</body>
    </html>

    """
}

/// A section of the page; title and body are HTML.
func section(_ title: String, _ note: String, _ body: String) -> String {
  let name = String(title.map { $0 == " " ? "-" : $0 }).lowercased()
  return """
    <section aria-labelledby="\(name)"><h2 id="\(name)">\(title)</h2>
    <p class="note">\(note)</p>
    \(body)</section>
    """
}

/// Images in a grid that fits the page. The images of an inner list are placed below each other.
func cells(_ pictures: [[String]]) -> String {
  "<div class=\"cells\">" + pictures.map { "<div>\($0.joined())</div>" }.joined(separator: "\n")
    + "</div>"
}

extension ReportPage {
  /// One row as an image with a text alternative.
  func picture(_ row: Rows, _ text: String, stretch: Bool = false) throws -> String {
    "<img alt=\"\(escaped(text))\" src=\"\(try pictureAddress(row, stretch: stretch))\">"
  }

  /// Rows in a grid, each with its number in its text alternative.
  func numbered(_ rows: Rows, _ text: String, stretch: Bool = false) throws -> String {
    cells(
      try rows.split().enumerated().map { [try picture($1, "\(text) \($0 + 1)", stretch: stretch)] })
  }

  /// One row as a PNG in a data URL.
  func pictureAddress(_ row: Rows, stretch: Bool = false) throws -> String {
    try gen.pictureAddress(row, model.shape.picture, columns: 1, padding: 0, stretch: stretch)
  }
}

/// Rows in a grid, as a PNG in a data URL.
func pictureAddress(
  _ rows: Rows, _ shape: Shape, columns: Int, padding: Int = 2, stretch: Bool = false
) throws -> String {
  var options: gen_grid_options = try defaults(gen_grid_options_init)
  (options.padding, options.n_columns, options.stretch) = (Int64(padding), Int64(columns), stretch ? 1 : 0)
  let image = try Object(gen_image_destroy) {
    gen_image_create_grid(
      rows.values, Int64(rows.count), Int64(shape.height), Int64(shape.width), Int64(shape.channels),
      &options, $0)
  }
  return "data:image/png;base64," + base64(try encoded(image, ".png"))
}

/// An image encoded as a file.
///
/// - Parameter ending: ".png" or ".jpg".
func encoded(_ image: Object, _ ending: String) throws -> [UInt8] {
  try withExtendedLifetime(image) {
    var count = Int64(0)
    try check(gen_image_save_memory(image.handle, ending, nil, nil, 0, &count))
    var bytes = [UInt8](repeating: 0, count: Int(count))
    try check(gen_image_save_memory(image.handle, ending, nil, &bytes, count, &count))
    return bytes
  }
}

let base64Alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// Encodes bytes in base64 (RFC 4648).
func base64(_ bytes: [UInt8]) -> String {
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = (0..<3).reduce(UInt32(0)) {
      $0 << 8 | (start + $1 < bytes.count ? UInt32(bytes[start + $1]) : 0)
    }
    for place in 0..<4 {
      let isPadding = start + place > bytes.count
      text.append(
        isPadding ? UInt8(ascii: "=") : base64Alphabet[Int(group >> (18 - 6 * UInt32(place)) & 63)])
    }
  }
  return String(decoding: text, as: UTF8.self)
}

/// A count with thin spaces between thousands if it has at least five digits.
func grouped(_ count: Int) -> String {
  guard count >= 10_000 else { return String(count) }
  let digits = Array(String(count))
  return digits.indices.reduce("") { text, index in
    text + (index > 0 && (digits.count - index) % 3 == 0 ? "\u{202F}" : "") + String(digits[index])
  }
}

/// A number rounded to a number of digits after the decimal point.
func rounded(_ value: Double, _ digits: Int) -> Double {
  let unit = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
  return (value * unit).rounded() / unit
}

func median(_ values: [Float]) -> Double {
  let sorted = values.sorted()
  return sorted.isEmpty ? .nan : Double(sorted[sorted.count / 2])
}

/// The text of an embedded file.
func text(of bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
