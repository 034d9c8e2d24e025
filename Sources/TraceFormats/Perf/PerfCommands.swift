// The outermost frames of events: commands, with the numbers of process and thread when they are asked for.
import FlameGraph

struct PerfCommands {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  struct Command {
    /// Nil for a command without a letter.
    var frame: UInt32?
    /// Of which names begin with a letter for their type.
    var isJava: Bool
  }

  private let options: PerfOptions
  /// Commands as they were written, by number, while nothing is put behind them.
  private var written = NameArena()
  private var commands: [Command] = []

  init(_ options: PerfOptions) { self.options = options }

  mutating func command(of header: PerfHeader, _ stacks: inout FoldedStacks) -> Command {
    if options.showsProcess || options.showsThread { return made(of: header, &stacks) }
    let number = Int(written.intern(header.command))
    if number == commands.count { commands.append(made(of: header, &stacks)) }
    return commands[number]
  }

  private func made(of header: PerfHeader, _ stacks: inout FoldedStacks) -> Command {
    var name = header.command.map { $0 == 0x20 || $0 == 0x09 ? UInt8(ascii: "_") : $0 }
    let isJava = name.elementsEqual("java".utf8)
    if options.showsProcess || options.showsThread { name += identifiers(header) }
    name = name.map { $0 == UInt8(ascii: ";") ? UInt8(ascii: ":") : $0 }
    return Command(frame: name.isEmpty ? nil : name.withUnsafeBufferPointer { stacks.intern($0) }, isJava: isJava)
  }

  private func identifiers(_ header: PerfHeader) -> [UInt8] {
    let process = header.process.map(Array.init) ?? [UInt8(ascii: "?")]
    guard options.showsThread else { return [UInt8(ascii: "-")] + process }
    let thread = header.thread.map(Array.init) ?? [UInt8(ascii: "?")]
    return [UInt8(ascii: "-")] + process + [UInt8(ascii: "/")] + thread
  }
}
