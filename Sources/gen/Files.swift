import Glibc

/// Makes a folder, and the folders it is in.
func makeFolder(_ path: String) throws {
  var made = path.hasPrefix("/") ? "/" : ""
  for part in path.split(separator: "/") {
    made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
    guard mkdir(made, 0o777) == 0 || errno == EEXIST else {
      throw Failure(description: "cannot make the folder \(made): \(String(cString: strerror(errno)))")
    }
  }
}

/// Writes a text file.
func write(_ string: String, to path: String) throws {
  guard let file = fopen(path, "w") else {
    throw Failure(description: "cannot write \(path): \(String(cString: strerror(errno)))")
  }
  let written = fputs(string, file)
  guard fclose(file) == 0, written >= 0 else {
    throw Failure(description: "cannot write \(path): \(String(cString: strerror(errno)))")
  }
}
