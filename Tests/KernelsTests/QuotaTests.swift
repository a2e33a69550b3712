import CShims
import Foundation
import Testing

/// Control groups as they are mounted, in a folder of the test's own.
@Suite final class QuotaTests {
  private let folder = NSTemporaryDirectory() + "/quota-\(UUID().uuidString)"

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func write(_ text: String, to path: String) throws {
    let file = URL(fileURLWithPath: "\(folder)/\(path)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
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
