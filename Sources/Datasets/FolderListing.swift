import Glibc
import Tensors

/// The files of a folder: those that should be images, in the byte order of their paths, and all others.
struct FolderListing {
  let folder: String
  /// Files that are images by name or by content.
  private(set) var pictures: [String] = []
  private(set) var passed: [(path: String, kind: String)] = []
  /// Files in CIFAR's binary format.
  private(set) var binaries: [String] = []

  /// Files with these extensions are examined when they are read, not before.
  private static let endings = ["png", "jpg", "jpeg", "jpe", "jfif"]

  /// - Parameters:
  ///   - recursive: whether to enter subfolders, including those behind symbolic links, each once.
  ///   - takesForeign: whether to include images that the library cannot decode.
  /// - Throws: `.io` if the folder, or one inside it, cannot be read; `.limit` for more paths than a dataset
  ///   may have rows, or folders nested deeper than 64; `.cancelled`.
  init(_ folder: String, recursive: Bool, takesForeign: Bool = false) throws(GenerativeError) {
    self.folder = folder
    var pending = [(path: folder, depth: 0)]
    // The device and inode numbers of the folders visited.
    var seen: [[UInt64]: Bool] = [:]
    var status = stat()
    if stat(folder, &status) == 0 { seen[Self.identity(status)] = true }
    while let (path, depth) = pending.popLast() {
      guard depth <= 64 else { throw GenerativeError(.limit, "\(path) is nested more than 64 folders deep") }
      guard let stream = opendir(path) else { throw .io("cannot open folder", path, lastErrno) }
      defer { closedir(stream) }
      lastErrno = 0
      while let entry = readdir(stream) {
        let (name, isText) = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          let name = bytes.prefix { $0 != 0 }
          let text = String(decoding: name, as: UTF8.self)
          return (text, text.utf8.elementsEqual(name))
        }
        if name != ".", name != ".." {
          let entryPath = path.utf8.last == UInt8(ascii: "/") ? path + name : path + "/" + name
          if !isText {
            passed.append((entryPath, "with a name that is not UTF-8"))
          } else if name.utf8.first == UInt8(ascii: ".") {
            passed.append((entryPath, "hidden"))
          } else {
            let isThere = stat(entryPath, &status) == 0
            switch isThere ? status.st_mode & mode_t(S_IFMT) : 0 {
            case mode_t(S_IFDIR):
              if recursive, seen.updateValue(true, forKey: Self.identity(status)) == nil {
                pending.append((entryPath, depth + 1))
              }
            case mode_t(S_IFREG): add(entryPath, name, takesForeign)
            default:
              // It has the name of an image but cannot be read as one.
              if Self.isNamedPicture(name) {
                pictures.append(entryPath)
              } else {
                passed.append((entryPath, isThere ? "not regular files" : "dangling links"))
              }
            }
          }
        }
        try Run.proceed(pictures.count, of: 0)
        lastErrno = 0
      }
      if lastErrno != 0 { throw .io("cannot read folder", path, lastErrno) }
    }
    guard pictures.count <= Dataset.largestRowCount else {
      throw GenerativeError(.limit, "\(folder) holds \(pictures.count) pictures, too many for a dataset")
    }
    pictures.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    binaries.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func identity(_ status: stat) -> [UInt64] { [UInt64(status.st_dev), UInt64(status.st_ino)] }

  private static func isNamedPicture(_ name: String) -> Bool {
    endings.contains(lowercased(name.fields(separatedBy: ".").last ?? ""))
  }

  private mutating func add(_ path: String, _ name: String, _ takesForeign: Bool) {
    if Self.isNamedPicture(name) { return pictures.append(path) }
    do throws(GenerativeError) {
      let file = try InputFile(path: path)
      if try CIFARFile.labelCount(file) != nil { return binaries.append(path) }
      let kind = try file.kind()
      if kind.isPicture || takesForeign && kind.isForeignPicture {
        pictures.append(path)
      } else {
        passed.append((path, kind.name))
      }
    } catch {
      passed.append((path, "unreadable"))
    }
  }

  /// The path relative to `folder`, without a leading slash.
  func relative(_ path: String) -> String {
    let rest = path.utf8.dropFirst(folder.utf8.count)
    return String(decoding: rest.first == UInt8(ascii: "/") ? rest.dropFirst() : rest, as: UTF8.self)
  }
}

/// Converts ASCII letters to lower case, byte by byte. String's own method would link in tables for all of
/// Unicode.
func lowercased(_ text: String) -> String {
  String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
}
