import Datasets
import Glibc
import Tensors
import TestSupport
import Testing

struct FolderDatasetTests {
  private func square(_ side: Int, _ value: UInt8, channels: Int = 1) throws -> [UInt8] {
    let picture = try image(Shape(height: side, width: side, channels: channels)) { _, _, c in
      value &+ UInt8(c)
    }
    let bytes = try picture.encoded(as: .png)
    return Array(bytes.elements)
  }

  private let small = Shape(height: 4, width: 4, channels: 1)

  /// The first number of every row, in levels.
  private func levels(_ dataset: Dataset) throws -> [Int] {
    let count = try #require(dataset.rowCount)
    let values = try dataset.floats(0..<count)
    return (0..<count).map { Int((values[$0 * dataset.shape.count] * 255).rounded()) }
  }

  @Test func picturesAreReadInOrderAndJunkIsReported() throws {
    let folder = try TemporaryFolder()
    try folder.write(square(9, 20), "b.png")
    try folder.write(square(4, 10), "a.PNG")
    try folder.write(golden("rgb-420.jpg"), "d.jpeg")
    try folder.write(Array(square(9, 20).dropLast(20)), "c.png")
    try folder.write([], "empty.jpg")
    try folder.write(Array("no picture".utf8), "e.jpg")
    try folder.write(Array("notes".utf8), "readme.txt")
    try folder.write(square(4, 99), ".hidden.png")
    try folder.write(square(4, 99), "folder.png/inside.png")
    #expect(symlink("/nonexistent", "\(folder.path)/f.png") == 0)
    var skipped: [String] = []
    let dataset = try Dataset.folder(folder.path, shape: small) { path, reason in
      skipped.append("\(path.split(separator: "/").last ?? "") \(reason.status)")
    }
    #expect(dataset.rowCount == 3)
    #expect(try levels(dataset)[..<2] == [10, 20])
    #expect(skipped == ["c.png truncated", "e.jpg format", "empty.jpg format", "f.png io"])
  }

  @Test func picturesAreScaledCroppedAndConverted() throws {
    let folder = try TemporaryFolder()
    try folder.write(square(17, 50), "gray.png")
    try folder.write(square(2, 80, channels: 4), "clear.png")
    let shape = Shape(height: 5, width: 3, channels: 3)
    let dataset = try Dataset.folder(folder.path, shape: shape)
    #expect(dataset.shape == shape)
    let expected: [UInt8] = [80, 81, 82].map { level in
      // α = 83/255 over white.
      UInt8((83 * Double(level) / 255 + 172).rounded())
    }
    #expect(
      try dataset.floats(0..<2)
        == (0..<15).flatMap { _ in expected.map { Float($0) / 255 } }
        + [Float](repeating: 50 / 255, count: 45))
  }

  @Test func foldersAreEnteredOnlyWhenAsked() throws {
    let folder = try TemporaryFolder()
    try folder.write(square(4, 3), "c.png")
    try folder.write(square(4, 1), "a/deep/er.png")
    try folder.write(square(4, 2), "b/x.png")
    // A loop, were it followed.
    #expect(symlink(folder.path, "\(folder.path)/b/loop") == 0)
    #expect(try levels(Dataset.folder(folder.path, shape: small)) == [3])
    #expect(try levels(Dataset.folder(folder.path + "/", shape: small, recursive: true)) == [1, 2, 3])
  }

  @Test func aFolderWithoutPicturesIsAnError() throws {
    let folder = try TemporaryFolder()
    #expect(status { try Dataset.folder(folder.path, shape: small) } == .format)
    try folder.write([1, 2, 3], "bad.png")
    #expect(status { try Dataset.folder(folder.path, shape: small) } == .format)
    #expect(status { try Dataset.folder("/nonexistent", shape: small) } == .io)
    #expect(status { try Dataset.folder("/dev/null", shape: small) } == .io)
    #expect(status { try Dataset.folder("", shape: small) } == .io)
    for shape in [
      Shape(height: 0, width: 4, channels: 1), Shape(height: 4, width: 4, channels: 2),
      Shape(height: -4, width: 4, channels: 3),
    ] {
      #expect(status { try Dataset.folder(folder.path, shape: shape) } == .argument)
    }
  }

  @Test func outOfMemoryIsNoUnreadablePicture() throws {
    let folder = try TemporaryFolder()
    try folder.write(square(900, 3), "large.png")
    let context = try Context(threadCount: 1, memory: Memory(limit: 8 << 20))
    let room = try Buffer<UInt8>(
      count: (8 << 20) - context.memory.usedByteCount - 500_000, in: context.memory)
    #expect(status { try Dataset.folder(folder.path, shape: small, context: context) } == .memory)
    #expect(room.count > 0)
  }
}
