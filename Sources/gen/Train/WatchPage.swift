import CGenerative
import Glibc

/// The page of a running fit: loss curves, warnings, and samples or reconstructions of the same latents or rows.
///
/// The model is in use during the fit, so the images come from the checkpoints that the fit saves.
final class WatchPage {
  /// Seconds between two checkpoints, unless given by options.
  static let seconds = 3.0

  /// The model's output at one checkpoint.
  private struct Moment {
    let title: String
    /// A few rows, for the sequence of checkpoints.
    let line: String
    /// All rows, for the last checkpoint.
    let grid: String
  }

  private let path: String
  private let file: String
  private let model: Model
  /// The objective of a GAN, once its file exists.
  private var objective: String?
  /// Rows whose reconstructions are shown if the model does not draw samples.
  private let shown: Rows
  private let original: String
  /// The last checkpoint, and every `stride`th of all checkpoints.
  private var last: Moment?
  private var moments: [Moment] = []
  private var momentCount = 0
  private var stride = 1
  private var lastFile: Int
  private var lastWrite = -1.0

  private static let rowCount = 36
  private static let columns = 12
  private static let momentLimit = 16

  /// - Parameters:
  ///   - model: the model before the fit.
  ///   - file: the file to which the fit saves the model.
  ///   - rows: the training rows.
  init(path: String, model: Model, file: String, rows: Dataset) throws {
    self.path = path
    self.file = file
    self.model = model
    lastFile = Self.time(of: file)
    let chosen = try rows.random(Self.rowCount)
    shown = try chosen.rows()
    original = model.makesImages ? try pictureAddress(shown, model.shape.picture, columns: Self.columns) : ""
    try write([], isEnded: false)
  }

  /// Reads the latest checkpoint and writes the page, at most once a second.
  func update(_ history: [String]) throws {
    guard now() - lastWrite > 1 || lastWrite < 0 || Self.time(of: file) != lastFile else { return }
    try write(history, isEnded: false)
  }

  func write(_ history: [String], isEnded: Bool) throws {
    let time = Self.time(of: file)
    if time != lastFile {
      lastFile = time
      // A file that is being replaced can be read: it is either the old or the new one.
      if let saved = try? Model(path: file, classifies: true), let moment = try moment(of: saved) {
        add(moment)
        objective = try Checkpoint(path: file).option("objective")
      }
    }
    try gen.write(html(history, isEnded: isEnded), to: path)
    lastWrite = now()
  }

  /// Keeps the last checkpoint and an evenly spaced selection of the earlier ones.
  private func add(_ moment: Moment) {
    last = moment
    if momentCount % stride == 0 { moments.append(moment) }
    momentCount += 1
    guard moments.count > Self.momentLimit else { return }
    moments = moments.indices.filter { $0 % 2 == 0 }.map { moments[$0] }
    stride *= 2
  }

  private func moment(of saved: Model) throws -> Moment? {
    guard model.makesImages, saved.kind != .classifier else { return nil }
    let rows: Rows
    switch saved.kind {
    case .vae, .gan: rows = try saved.sample(Self.rowCount, seed: 0, given: labels)
    default: rows = try saved.reconstruct(shown)
    }
    let epochs = try saved.epochs()
    let shape = saved.shape.picture
    return Moment(
      title: "\(epochs) epochs",
      line: try pictureAddress(rows.first(Self.columns), shape, columns: Self.columns),
      grid: try pictureAddress(rows, shape, columns: Self.columns))
  }

  /// The classes of the samples: all classes in turn.
  private var labels: [Int32]? {
    model.classCount > 0 ? (0..<Self.rowCount).map { Int32($0 % model.classCount) } : nil
  }

  private func html(_ history: [String], isEnded: Bool) -> String {
    let draws = model.kind == .vae || model.kind == .gan
    var sections: [String] = []
    let warnings = history.compactMap(History.warning(in:)).map {
      "<p><strong>Warning:</strong> \(escaped($0))</p>"
    }
    let unit = model.kind == .autoencoder || model.kind == .classifier ? "" : ", in nats"
    sections.append(
      section(
        "Learning", "Mean over each epoch, per row\(unit).\(model.kind == .gan ? gameNote(objective) : "")",
        warnings.joined() + "<div class=\"charts\" id=\"history\"></div>"))
    if let last {
      // A cell is at least 44 pixels wide, so that small images are visible.
      let width = Self.columns * max(44, model.shape.picture.width)
      func image(_ address: String, _ text: String) -> String {
        "<figure><img style=\"width: \(width)px\" src=\"\(address)\" alt=\"\(escaped(text))\">"
          + "<figcaption>\(escaped(text))</figcaption></figure>"
      }
      let what = draws ? "samples" : "reconstructions"
      sections.append(
        section(
          draws ? "Samples" : "Reconstructions",
          draws
            ? "The latents are the same at every checkpoint."
            : "The training rows are the same at every checkpoint.",
          "<div class=\"gallery\">" + (draws ? "" : image(original, "the original rows"))
            + image(last.grid, "\(what) after \(last.title)") + "</div>"))
      let states = moments + (moments.last?.title == last.title ? [] : [last])
      let series = states.map { image($0.line, "\(what) after \($0.title)") }
      sections.append(
        section(
          "As the model learns", "Checkpoints of the fit, evenly spaced.",
          "<div class=\"gallery\">\(series.joined(separator: "\n"))</div>"))
    }
    let state =
      isEnded
      ? "The fit has ended."
      : "The fit is running, and this page reloads itself. <button id=\"pause\">Stop reloading</button>"
    return htmlPage(
      Dataset.lastPart(of: file),
      lede: "\(model.kind.article.capitalizedFirst) \(escaped(model.kind.name)) during training. \(state)",
      body: sections.joined(separator: "\n"),
      data: .object([
        ("history", .array(history.map { .string($0) })), ("reload", isEnded ? .null : .number(Self.seconds)),
      ]))
  }

  /// When a file was last changed, in nanoseconds; 0 if there is no file.
  private static func time(of path: String) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { return 0 }
    return Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
  }
}

extension String {
  /// The string with its first letter in upper case.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
