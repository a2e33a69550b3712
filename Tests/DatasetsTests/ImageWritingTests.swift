import CShims
import Datasets
import Foundation
import Glibc
import Tensors
import Testing

/// Linux: the user this thread touches files as; gives the last one. The Glibc module lacks it.
@_silgen_name("setfsuid") @discardableResult
private func setfsuid(_ user: uid_t) -> CInt

struct ImageWritingTests {
  private func picture(_ value: UInt8) throws -> Image {
    try image(Shape(height: 3, width: 4, channels: 1)) { _, _, _ in value }
  }

  private func copy(of image: Image, as format: Image.FileFormat) throws -> Image {
    let bytes = try image.encoded(as: format)
    return try Image(decoding: UnsafeBufferPointer(bytes.elements))
  }

  // MARK: - Pixels

  @Test(arguments: [1, 3, 4])
  func aPNGComesBackBitByBit(channels: Int) throws {
    let picture = try image(Shape(height: 5, width: 7, channels: channels)) { y, x, c in
      UInt8((y * 41 + x * 13 + c * 77) & 255)
    }
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/picture.png"
    try picture.write(to: path)
    let read = try Image(path: path)
    #expect(read.shape == picture.shape)
    #expect(read.array == picture.array)
    #expect(folder.names == ["picture.png"])
  }

  @Test(arguments: [1, 3])
  func aFineJPEGComesBackWithinThreeLevels(channels: Int) throws {
    let picture = try image(Shape(height: 21, width: 30, channels: channels)) { y, x, c in
      UInt8(40 + y * 5 + x * 2 + c * 10)
    }
    let read = try copy(of: picture, as: .jpeg(quality: 98))
    #expect(read.shape == picture.shape)
    let worst = zip(read.array, picture.array).map { abs(Int($0) - Int($1)) }.max()
    #expect(worst ?? .max <= 3)
  }

  @Test func aCoarserJPEGIsSmaller() throws {
    let picture = try Image(path: goldenPath("noise.png"))
    func size(_ quality: Int) throws -> Int { try picture.encoded(as: .jpeg(quality: quality)).count }
    #expect(try size(10) < size(50))
    #expect(try size(50) < size(95))
    #expect(status { try size(0) } == .argument)
    #expect(status { try size(101) } == .argument)
  }

  @Test(arguments: [Image.FileFormat.png, .jpeg(quality: 90)])
  func whatAnEncoderNeedsIsThePicturesOwnMemory(format: Image.FileFormat) throws {
    let shape = Shape(height: 64, width: 64, channels: 3)
    func bytes(of image: Image) throws -> [UInt8] {
      let encoded = try image.encoded(as: format)
      return withExtendedLifetime(encoded) { Array(encoded.elements) }
    }
    let memory = Memory()
    let picture = try Image(shape: shape, in: memory)
    let before = memory.usedByteCount
    let whole = try bytes(of: picture)
    #expect(memory.usedByteCount == before && memory.peakByteCount > before)
    let exact = Memory(limit: memory.peakByteCount)
    #expect(try bytes(of: Image(shape: shape, in: exact)) == whole)
    let small = Memory(limit: memory.peakByteCount - 1)
    let other = try Image(shape: shape, in: small)
    #expect(status { try other.encoded(as: format) } == .memory)
    #expect(small.usedByteCount == before)
  }

  @Test func aLargePictureIsEncodedWhole() throws {
    // Larger than any first guess at the size of the file.
    let picture = try image(Shape(height: 301, width: 403, channels: 3)) { y, x, c in
      UInt8(truncatingIfNeeded: (y &* 7919 ^ x &* 104_729 ^ c &* 31) >> 3)
    }
    #expect(try copy(of: picture, as: .png).array == picture.array)
    #expect(try copy(of: picture, as: .jpeg(quality: 100)).shape == picture.shape)
  }

  @Test func floatsAreRoundedClampedAndNeverTrap() throws {
    let row: [Float] = [0, 1, 0.5, -3, 1e30, .nan, .infinity, -.infinity, 127.49 / 255]
    let picture = try Image(row: row, shape: Shape(height: 3, width: 3, channels: 1))
    #expect(picture.array == [0, 255, 128, 0, 255, 0, 255, 0, 127])
  }

  // MARK: - Files

  @Test func theExtensionNamesTheFormat() throws {
    let folder = try TemporaryFolder()
    for name in ["a.PNG", "b.jpg", "c.JPEG"] { try picture(7).write(to: "\(folder.path)/\(name)") }
    #expect(try contents("\(folder.path)/a.PNG").starts(with: [0x89, 0x50]))
    #expect(try contents("\(folder.path)/b.jpg").starts(with: [0xFF, 0xD8]))
    #expect(try contents("\(folder.path)/c.JPEG").starts(with: [0xFF, 0xD8]))
    #expect(status { try picture(7).write(to: "\(folder.path)/d.gif") } == .argument)
    #expect(status { try picture(7).write(to: "") } == .argument)
    #expect(folder.names == ["a.PNG", "b.jpg", "c.JPEG"])
  }

  @Test func anOldFileIsReplacedAndKeepsItsPermissions() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 2, 3], "picture.png")
    chmod(path, 0o640)
    try picture(9).write(to: path)
    #expect(try Image(path: path).array == picture(9).array)
    var info = stat()
    stat(path, &info)
    #expect(info.st_mode & 0o777 == 0o640)
  }

  @Test func aLinkStaysALink() throws {
    let folder = try TemporaryFolder()
    let target = try folder.write([1], "target.png")
    let link = "\(folder.path)/link.png"
    #expect(symlink(target, link) == 0)
    try picture(5).write(to: link)
    #expect(try Image(path: target).array == picture(5).array)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
  }

  @Test func anUnwritableFolderKeepsTheOldFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 2, 3], "picture.png")
    chmod(folder.path, 0o555)
    // The superuser may write anywhere: this thread does its file work as nobody.
    let user = setfsuid(65_534)
    defer {
      setfsuid(uid_t(user))
      chmod(folder.path, 0o755)
    }
    #expect(status { try picture(9).write(to: path) } == .io)
    #expect(try contents(path) == [1, 2, 3])
    #expect(folder.names == ["picture.png"])
  }

  @Test func aMissingFolderIsAnErrorThatNamesThePath() throws {
    let error = #expect(throws: GenerativeError.self) { try picture(1).write(to: "/nonexistent/a.png") }
    #expect(error?.status == .io)
    #expect(error?.message == "cannot write /nonexistent/a.png: No such file or directory")
  }

  @Test func aFullDeviceIsAnError() {
    let bytes: [UInt8] = [1, 2, 3]
    let code = bytes.withUnsafeBytes { bytes in
      var piece = shim_piece(bytes: bytes.baseAddress, count: 3)
      return shim_write_file_atomically("/dev/full", &piece, 1)
    }
    #expect(code == ENOSPC)
  }

  @Test func aPathThatIsAFolderIsAnError() throws {
    let folder = try TemporaryFolder()
    mkdir("\(folder.path)/a.png", 0o755)
    #expect(status { try picture(1).write(to: "\(folder.path)/a.png") } == .io)
  }
}
