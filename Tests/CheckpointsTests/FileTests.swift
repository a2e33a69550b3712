import Checkpoints
import Glibc
import Tensors
import Testing

/// Linux: the user this thread touches files as; gives the last one. The Glibc module lacks it.
@_silgen_name("setfsuid") @discardableResult
private func setfsuid(_ user: uid_t) -> CInt

struct FileTests {
  @Test func aFileHoldsWhatIsSerialized() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/model.safetensors"
    try sample().write(to: path)
    #expect(try contents(path) == sample().serialized().array)
    #expect(folder.names == ["model.safetensors"])
    let read = try Checkpoint.read(path)
    #expect(try read.tensor(named: "weight", shape: [2, 3]).array == [1, -2, 0.5, 3.25, 1e-38, 7])
  }

  @Test func anOldFileIsReplacedAndKeepsItsPermissions() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/model.safetensors"
    try write([1, 2, 3], to: path)
    chmod(path, 0o640)
    try sample().write(to: path)
    #expect(try contents(path) == sample().serialized().array)
    var status = stat()
    stat(path, &status)
    #expect(status.st_mode & 0o777 == 0o640)
    #expect(folder.names == ["model.safetensors"])
  }

  @Test func aCheckpointThatIsNotFiniteLeavesTheOldFile() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/model.safetensors"
    try sample().write(to: path)
    let old = try contents(path)
    var bad = try sample()
    try bad.add("bad", shape: [1], buffer([Float.nan]))
    #expect(failure { try bad.write(to: path) }?.status == .nonfinite)
    #expect(try contents(path) == old)
    #expect(folder.names == ["model.safetensors"])
  }

  @Test func whatAKilledWriterLeftIsRemovedByTheNextSaveOverAFileAndNothingElse() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/model.safetensors"
    try sample().write(to: path)
    let stale = ".generative-0123456789abcdef.tmp"
    let held = ".generative-fedcba9876543210.tmp"
    let others = [
      ".generative-0123456789abcdef.tmp2", ".generative-0123456789ABCDEF.tmp", ".generative-0123.tmp",
      "generative-0123456789abcdef.tmp", ".0123456789abcdef.tmp", "other.tmp",
    ]
    for name in [stale, held] + others { try write([1], to: "\(folder.path)/\(name)") }
    // A folder of such a name is nobody's temporary file.
    let directory = ".generative-00000000000000ff.tmp"
    try #require(mkdir("\(folder.path)/\(directory)", 0o755) == 0)
    defer { rmdir("\(folder.path)/\(directory)") }
    // A writer at work keeps its file locked.
    let descriptor = open("\(folder.path)/\(held)", O_WRONLY)
    try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    try sample().write(to: path)
    #expect(Set(folder.names) == Set([held, directory, "model.safetensors"] + others))
    close(descriptor)
    try sample().write(to: path)
    #expect(Set(folder.names) == Set([directory, "model.safetensors"] + others))
  }

  @Test func whetherAFileCanBeWrittenIsToldWithoutWritingIt() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/model.safetensors"
    try Checkpoint.checkWritable(path)
    #expect(folder.names.isEmpty)
    #expect(!Checkpoint.exists(path))
    try write([1, 2, 3], to: path)
    try Checkpoint.checkWritable(path)
    #expect(try contents(path) == [1, 2, 3])
    #expect(Checkpoint.exists(path))
    for path in ["/nowhere/model", "/tmp", "/dev/null/model"] {
      #expect(failure { try Checkpoint.checkWritable(path) }?.status == .io)
    }
    chmod(folder.path, 0o555)
    let user = setfsuid(65_534)
    defer {
      setfsuid(uid_t(user))
      chmod(folder.path, 0o755)
    }
    let error = failure { try Checkpoint.checkWritable(path) }
    #expect(error == GenerativeError(.io, "cannot write \"\(path)\": Permission denied"))
  }

  @Test func aFolderThatCannotBeWrittenKeepsTheOldFile() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/model.safetensors"
    try sample().write(to: path)
    let old = try contents(path)
    var other = try sample()
    try other.add("more", shape: [1], buffer([1] as [Float]))
    chmod(folder.path, 0o555)
    // The superuser may write anywhere: this thread does its file work as nobody.
    let user = setfsuid(65_534)
    defer {
      setfsuid(uid_t(user))
      chmod(folder.path, 0o755)
    }
    let error = failure { try other.write(to: path) }
    #expect(error == GenerativeError(.io, "cannot write \"\(path)\": Permission denied"))
    setfsuid(uid_t(user))
    #expect(try contents(path) == old)
    #expect(folder.names == ["model.safetensors"])
  }

  static let unusablePaths: [(path: String?, reason: String)] = [
    (nil, "Bad address"), ("", "No such file or directory"), ("/dev/full", "No space left on device"),
    ("/nowhere/model", "No such file or directory"), ("/tmp", "Is a directory"),
    ("/dev/null/model", "Not a directory"),
    ("/tmp/" + String(repeating: "n", count: 300), "File name too long"),
    ("/tmp/" + String(repeating: "n/", count: 5000), "File name too long"),
    ("/proc/model", "No such file or directory"),
  ]

  @Test(arguments: unusablePaths.indices)
  func aPathThatCannotBeWrittenIsNamedWithTheReason(index: Int) throws {
    let (path, reason) = Self.unusablePaths[index]
    let error = failure { try sample().write(to: path) }
    #expect(error?.status == .io)
    let name = path.map { "\"" + $0.prefix(20) } ?? "NULL"
    #expect(error?.message.hasPrefix("cannot write \(name)") == true)
    #expect(error?.message.hasSuffix(": \(reason)") == true, "\(error?.message ?? "written")")
  }

  @Test(arguments: [
    nil, "", "/nowhere/model", "/tmp", "/dev/zero", "/tmp/" + String(repeating: "n", count: 300),
  ])
  func aPathThatCannotBeReadIsNamed(path: String?) {
    let error = failure { try Checkpoint.read(path) }
    #expect(error?.status == .io)
    #expect(error?.message.hasPrefix("cannot open \(path.map { "\"" + $0.prefix(20) } ?? "NULL")") == true)
  }

  @Test func anErrorInAFileNamesThePath() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/model"
    try write([], to: path)
    let empty = failure { try Checkpoint.read(path) }
    #expect(empty?.status == .truncated)
    #expect(empty?.message.hasPrefix("\"\(path)\": ") == true)
    let bytes = try sample().serialized().array
    try write(bytes.dropLast(), to: path)
    #expect(failure { try Checkpoint.read(path) }?.status == .truncated)
  }

  @Test func aSparseFileOfFiveGigabytesIsRefusedBeforeAnyAllocation() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/model"
    try write(file("{}"), to: path)
    try #require(truncate(path, 5 << 30) == 0)
    let error = failure { try Checkpoint.read(path, in: Memory(limit: 1024)) }
    #expect(error?.status == .limit)
  }

  @Test func aHundredFailuresLeaveNoFileOpen() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/model"
    try write([1, 2, 3], to: path)
    for _ in 0..<100 {
      #expect(failure { try Checkpoint.read(path) } != nil)
    }
    let descriptor = open("/dev/null", O_RDONLY)
    defer { close(descriptor) }
    #expect(descriptor < 100)
  }
}
