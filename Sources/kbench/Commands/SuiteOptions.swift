// Flags that every command shares which runs the suite.

import ArgumentParser
import BenchRows
import Foundation
import Guest
import SystemPackage

struct SuiteOptions: ParsableArguments {
  @Flag(help: "The short suite: fewer iterations of each row.")
  var quick = false

  @Option(help: ArgumentHelp("Only these rows, with commas.", valueName: "NAMES"))
  var rows: String?

  @Option(help: "Number of CPUs; exact figures need one.")
  var cpus = 1

  @Option(help: ArgumentHelp("Apus's kernel; default: the one built here, or $APUS_KERNEL.", valueName: "FILE"))
  var kernel: String?

  @Option(help: ArgumentHelp("Linux's kernel; default: Debian's, fetched once.", valueName: "FILE"))
  var linuxKernel: String?

  @Option(help: ArgumentHelp("Words for Apus's boot line.", valueName: "TEXT"))
  var append = ""

  @Option(help: ArgumentHelp("Replace or add a file of the guests; repeatable.", valueName: "FILE:PATH"))
  var add: [String] = []

  @Option(help: ArgumentHelp("Kill a machine after this many seconds.", valueName: "S"))
  var timeout = 1800

  func validate() throws {
    guard (1...8).contains(cpus) else { throw ValidationError("--cpus takes 1 to 8") }
    guard timeout > 0 else { throw ValidationError("--timeout takes a positive number of seconds") }
    _ = try selectedRows()
  }

  /// In the suite's order.
  func selectedRows() throws -> [BenchRow] {
    guard let rows else { return BenchRow.allCases }
    let names = rows.split(separator: ",").map(String.init)
    if let unknown = names.first(where: { name in !BenchRow.allCases.contains { "\($0.name)" == name } }) {
      let all = BenchRow.allCases.map { "\($0.name)" }.joined(separator: " ")
      throw ValidationError("no row \(unknown); there are: \(all)")
    }
    guard !names.isEmpty else { throw ValidationError("--rows takes at least one name") }
    return BenchRow.allCases.filter { names.contains("\($0.name)") }
  }

  func selection(countsLocks: Bool = false) throws -> Selection {
    let names = rows == nil ? [] : try selectedRows().map { "\($0.name)" }
    return Selection(rows: names, isQuick: quick, countsLocks: countsLocks)
  }

  func apus(words: String = "") throws -> Side {
    let path = try kernel.map { FilePath($0) } ?? KernelImage.locate()
    return .apus(path, words: [append, words].filter { !$0.isEmpty }.joined(separator: " "))
  }

  func linux() async throws -> FilePath {
    try await LinuxKernel.locate(given: linuxKernel, log: printError).path
  }

  func comparison(_ sides: [Side], isWall: Bool = false, repeats: Int = 1) throws -> Comparison {
    Comparison(
      selection: try selection(), rows: try selectedRows(), sides: sides,
      shape: MachineShape(cpus: cpus, countsInstructions: !isWall), repeats: repeats, additions: add,
      timeout: .seconds(timeout))
  }
}

func printError(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

/// Runs a command's body; what it throws becomes a message and an exit status.
func reportingErrors(_ body: () async throws -> Int32) async {
  do { exit(try await body()) } catch let error as GuestError {
    printError("kbench: \(error)")
    exit(error.exitCode)
  } catch {
    printError("kbench: \(error)")
    exit(70)
  }
}
