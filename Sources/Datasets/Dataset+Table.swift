import Glibc
import Tensors

extension Dataset {
  /// The rows of a table of numbers, or the images that a table names in its first column.
  ///
  /// - Throws: `.format`, naming line and column; `.argument` for missing columns; `.memory`; `.cancelled`.
  static func table(
    _ reader: any ByteReader, _ path: String, _ options: OpenOptions, context: Context,
    hooks: OpenHooks
  ) throws(GenerativeError) -> Dataset {
    var text = try TableText(reader, path, in: context.memory)
    guard try text.next() else { throw GenerativeError(.format, "\(path) has no lines") }
    let folder = PictureList.folder(of: path)
    let first = text.text(0)
    let namesFile = PictureList.exists(first, in: folder)
    var namesFiles = namesFile
    if !namesFile, try text.next() { namesFiles = PictureList.exists(text.text(0), in: folder) }
    text.rewind()
    _ = try text.next()
    if namesFiles {
      try options.allow(
        [.labelColumn, .columns, .omit] + OpenOptions.Special.ofPictures, path, "a list of images")
      let list = try PictureList(text, hasHeader: !namesFile, in: folder, nil, options, context)
      return try pictures(list, path, options, context: context, hooks: hooks)
    }
    try options.allow([.labelColumn, .columns, .omit], path, "a table")
    let hasHeader = (0..<text.fields.count).contains { !text.fields[$0].isEmpty && text.number($0) == nil }
    let columns = try TableColumns(text, hasHeader: hasHeader, from: 0, options)
    let width = columns.used.count
    guard width > 0 else { throw GenerativeError(.argument, "\(path) has no columns left") }
    if hasHeader, try !text.next() { throw GenerativeError(.format, "\(path) has no lines after its header") }

    guard let size = checkedProduct(text.largestRecordCount + 1, width) else {
      throw GenerativeError(.limit, "\(path) is too large")
    }
    let numbers = try Buffer<Double>(uninitializedCount: size, in: context.memory)
    var classes = ClassTexts()
    var rowCount = 0
    repeat {
      if rowCount % 1_024 == 0 { try Run.proceed(rowCount, of: 0) }
      try text.checkCount(columns)
      try text.numbers(columns, into: numbers.base + rowCount * width)
      if let label = columns.label { try classes.append(text, columns, label) }
      rowCount += 1
    } while try text.next()
    try require(rowCount, in: 1...largestRowCount, "the rows of \(path)")

    var names = DataNames()
    if hasHeader { names.columns = columns.used.map(columns.title) }
    var labels: Buffer<Int32>?
    if columns.label != nil { (labels, names.classes) = try classes.buffer(path, in: context.memory) }
    let wanted = try options.shape(of: Shape(features: width), path)
    // In images, integers are 8-bit values, as in MNIST's tables.
    if !wanted.isTable, let pixels = try bytes(of: numbers, count: rowCount * width, in: context.memory) {
      return try bytes(pixels, rowCount: rowCount, shape: wanted, labels: labels, context: context)
        .limited(options, names)
    }
    let rows = StridedRows(packed: numbers.base, .float64, rowCount: rowCount, columnCount: width)
    return try Dataset(
      shape: wanted, source: .memory(rows), owner: numbers, labels: labels, context: context
    ).limited(options, names)
  }

  /// The numbers as bytes if all are integers in 0 ... 255 and not all are 0 or 1.
  private static func bytes(
    of numbers: Buffer<Double>, count: Int, in memory: Memory
  ) throws(GenerativeError) -> Buffer<UInt8>? {
    var largest = 0.0
    for i in 0..<count {
      let x = numbers.base[i]
      guard x >= 0, x <= 255, x == x.rounded() else { return nil }
      largest = max(largest, x)
    }
    guard largest > 1 else { return nil }
    let bytes = try Buffer<UInt8>(uninitializedCount: count, in: memory)
    for i in 0..<count { bytes.base[i] = UInt8(numbers.base[i]) }
    return bytes
  }
}

extension ClassTexts {
  func buffer(_ path: String, in memory: Memory) throws(GenerativeError) -> (Buffer<Int32>, [String]) {
    let (numbers, names) = try labels(path)
    let buffer = try Buffer<Int32>(count: numbers.count, in: memory)
    for (i, number) in numbers.enumerated() { buffer.base[i] = number }
    return (buffer, names)
  }
}
