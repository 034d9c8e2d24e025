// The table behind `apus abi` and the kernel tell the same: no call is in one and not in the other.

import Foundation
import Guest
import LinuxABI
import Testing

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct SystemCallTableTests {
  @Test func theTableIsWhatTheKernelHas() async throws {
    let result = try await CProgram(name: "present").run(arguments: ["\(SyscallNumber.limit)"])
    #expect(result.report.end == .exited(0))
    let present = Set(result.console.split(separator: "\n").compactMap { Int($0) })
    let listed = Set(SystemCall.all.map(\.number.rawValue))
    #expect(present.subtracting(listed).map { SyscallNumber(rawValue: $0).description }.sorted() == [])
    #expect(listed.subtracting(present).map { SyscallNumber(rawValue: $0).description }.sorted() == [])
  }
}
