// The table of system calls against the kernel's dispatch, as text: one row a call in both.

import Foundation
import LinuxABI
import Testing

@Suite struct SystemCallTests {
  /// The names that Table.swift dispatches.
  private func dispatched() throws -> [String] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appendingPathComponent("Sources/Kernel/Syscalls/Table.swift")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
      let row = line.drop { $0 == " " }
      guard row.hasPrefix("case ."), let colon = row.firstIndex(of: ":") else { return nil }
      return String(row[row.index(row.startIndex, offsetBy: 6)..<colon])
    }
  }

  @Test func everyRowIsListedOnce() throws {
    let names = try dispatched()
    #expect(names.count > 200)
    #expect(Set(names).count == names.count)
    #expect(SystemCall.all.map(\.name).sorted() == names.sorted())
  }

  @Test func rowsAreWellFormed() {
    for call in SystemCall.all {
      #expect(!call.name.hasPrefix("syscall_"), "\(call.number.rawValue) has no name")
      #expect(call.arguments.split(separator: ",").count <= 6, "\(call.name)")
    }
  }
}
