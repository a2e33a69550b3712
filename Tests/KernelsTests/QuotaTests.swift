import CShims
import Glibc
import Testing

/// Control groups as they are mounted, in a folder of the test's own.
@Suite struct QuotaTests {
  private let folder: String

  init() throws {
    var template = Array("/tmp/generative-quota-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func write(_ text: String, to path: String) throws {
    var made = folder
    for part in path.split(separator: "/").dropLast() {
      made += "/\(part)"
      mkdir(made, 0o700)
    }
    let file = try #require(fopen("\(folder)/\(path)", "w"))
    fputs(text, file)
    fclose(file)
  }

  private func quota(groups: String, _ files: [String: String]) throws -> Int32 {
    try write(groups, to: "groups")
    for (path, text) in files { try write(text, to: "mounts/\(path)") }
    return shim_cpu_quota("\(folder)/groups", "\(folder)/mounts")
  }

  @Test func noGroupsAreNoQuota() throws {
    #expect(shim_cpu_quota("\(folder)/nothing", folder) == Int32.max)
    #expect(try quota(groups: "", [:]) == Int32.max)
    #expect(try quota(groups: "nonsense\n:::\n0::\n", [:]) == Int32.max)
  }

  @Test func version2TakesTheLeastOfAllGroupsOnThePath() throws {
    let files = [
      "a/cpu.max": "300000 100000\n", "a/b/cpu.max": "max 100000\n", "a/b/c/cpu.max": "450000 100000\n",
    ]
    #expect(try quota(groups: "0::/a/b/c\n", files) == 3)
  }

  @Test func version2InAContainerReadsTheRoot() throws {
    #expect(try quota(groups: "0::/docker/0123\n", ["cpu.max": "150000 100000\n"]) == 2)
  }

  @Test func version1ReadsQuotaAndPeriod() throws {
    let files = ["cpu,cpuacct/x/cpu.cfs_quota_us": "50000\n", "cpu,cpuacct/x/cpu.cfs_period_us": "100000\n"]
    #expect(try quota(groups: "4:cpu,cpuacct:/x\n2:cpuset:/\n", files) == 1)
  }

  @Test func version1WithoutAQuotaIsMinusOne() throws {
    let files = ["cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"]
    #expect(try quota(groups: "1:cpu:/\n", files) == Int32.max)
  }

  @Test func damagedFilesAreNoQuota() throws {
    #expect(try quota(groups: "0::/a\n", ["a/cpu.max": "many\n"]) == Int32.max)
    #expect(try quota(groups: "0::/b\n", ["b/cpu.max": "100000 0\n"]) == Int32.max)
    #expect(try quota(groups: "0::/c\n", ["c/cpu.max": "-5 100000\n"]) == Int32.max)
    #expect(try quota(groups: "0::/d\n", ["d/cpu.max": "9223372036854775807 1\n"]) == Int32.max)
  }
}
