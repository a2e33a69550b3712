import Glibc
import Tensors

/// The pictures in a folder: paths ending in .png, .jpg or .jpeg, in any case, in byte order.
///
/// Hidden files and folders are left out; folders behind symbolic links are not entered.
///
/// - Throws: `.io` when the folder, or one inside it, cannot be read; `.limit` for more paths than a
///   dataset has rows or folders nested deeper than 64.
func picturePaths(
  inFolder folder: String, recursive: Bool
) throws(GenerativeError) -> [String] {
  var paths: [String] = []
  var pending = [(path: folder, depth: 0)]
  while let (path, depth) = pending.popLast() {
    guard depth <= 64 else { throw GenerativeError(.limit, "\(path) is nested more than 64 folders deep") }
    guard let stream = opendir(path) else { throw .io("cannot open folder", path, lastErrno) }
    defer { closedir(stream) }
    lastErrno = 0
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let entryPath = path.utf8.last == UInt8(ascii: "/") ? path + name : path + "/" + name
      var status = stat()
      let isFolder = lstat(entryPath, &status) == 0 && status.st_mode & mode_t(S_IFMT) == mode_t(S_IFDIR)
      if isFolder {
        if recursive { pending.append((entryPath, depth + 1)) }
      } else if Image.FileFormat(path: name) != nil {
        paths.append(entryPath)
      }
      lastErrno = 0
    }
    if lastErrno != 0 { throw .io("cannot read folder", path, lastErrno) }
  }
  guard paths.count <= Dataset.largestRowCount else {
    throw GenerativeError(.limit, "\(folder) holds \(paths.count) pictures, too many for a dataset")
  }
  return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
