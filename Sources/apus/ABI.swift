// `apus abi`: the system calls that the kernel has, from the table that the tests hold against it.

import ArgumentParser
import LinuxABI

struct ABI: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abi",
    abstract: "List the Linux system calls that Apus has, with their flags.",
    discussion: "Every other call returns ENOSYS and is counted: ktop shows which.")

  @Argument(help: ArgumentHelp("Only these calls: names, or parts of names.", valueName: "NAME"))
  var names: [String] = []

  @Flag(help: "One line a call, tab-separated: number, name, arguments, flags, remark.")
  var tsv = false

  func run() throws {
    let isWanted: (SystemCall) -> Bool = { call in names.isEmpty || names.contains { call.name.contains($0) } }
    let found = SystemCall.all.filter(isWanted)
    guard !found.isEmpty else { throw ValidationError("no call of that name; `apus abi` lists all") }
    if tsv {
      for call in found {
        print("\(call.number.rawValue)\t\(call.name)\t\(call.arguments)\t\(call.flags)\t\(call.remark)")
      }
      return
    }
    for family in SystemCall.families {
      let calls = family.calls.filter(isWanted)
      if calls.isEmpty { continue }
      print(family.name)
      for call in calls { print(text(of: call)) }
      print()
    }
    if names.isEmpty { print("\(found.count) calls") }
  }

  private func text(of call: SystemCall) -> String {
    let number = "\(call.number.rawValue)"
    let margin = String(repeating: " ", count: max(0, 5 - number.count))
    var lines = ["\(margin)\(number)  \(call.name)(\(call.arguments))"]
    if !call.flags.isEmpty { lines.append("         \(call.flags)") }
    if !call.remark.isEmpty { lines.append("         (\(call.remark))") }
    return lines.joined(separator: "\n")
  }
}
