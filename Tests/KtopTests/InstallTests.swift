// `make install` into a folder of its own: the programs run there, man finds their pages, shells take their completions.
import Foundation
import Testing

@testable import ktop

@Suite struct InstallTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  private static let tools = ["apus", "ktop", "kflame", "kbench"]

  /// Runs in a shell; what it prints on both, and its status.
  private func shell(_ script: String) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  @Test func whatIsInstalledWorks() throws {
    let scratch = Scratch()
    let bin = URL(fileURLWithPath: Tool.path).deletingLastPathComponent().path
    let installed = try shell("\(Self.root)/Tools/install '\(bin)' /usr '\(scratch.path)'")
    #expect(installed.status == 0, "\(installed.text)")
    let prefix = scratch.path + "/usr"
    for tool in Self.tools {
      #expect(try shell("\(prefix)/bin/\(tool) --help").text.contains("USAGE: \(tool)"))
      // Warnings of the page's language are mistakes of ours.
      let page = "\(prefix)/share/man/man1/\(tool).1"
      let warnings = try shell("man --warnings=w -E ascii -l \(page) > /dev/null")
      #expect(warnings.status == 0 && warnings.text.isEmpty, "\(warnings.text)")
      #expect(try shell("man -E ascii -l \(page)").text.contains("\(tool) -- "))
      #expect(try shell("man -w -M \(prefix)/share/man \(tool)").text.contains(page))
    }
    #expect(
      try shell("man -E ascii -l \(prefix)/share/man/man1/ktop.1").text.contains("--list"), "a page tells options")
    try completions(prefix)
  }

  // What a tab gives after `ktop re`.
  private func completions(_ prefix: String) throws {
    let wanted: Set = ["record", "replay"]
    func words(_ script: String) throws -> Set<String> {
      Set(try shell(script).text.split(whereSeparator: \.isWhitespace).map(String.init))
    }
    let bash = """
      bash --norc -c '. \(prefix)/share/bash-completion/completions/ktop; complete -p ktop > /dev/null || exit 1
      COMP_WORDS=(ktop re); COMP_CWORD=1; COMP_LINE="ktop re"; COMP_POINT=7; _ktop ktop re ktop; echo "${COMPREPLY[@]}"'
      """
    #expect(try words(bash) == wanted)
    let zsh = """
      zsh -f -c 'fpath=(\(prefix)/share/zsh/site-functions $fpath); autoload -U compinit; compinit -u -D
      autoload +X _ktop; print $_comps[ktop] ${+functions[_ktop]}'
      """
    if try shell("command -v zsh").status == 0 { #expect(try words(zsh) == ["_ktop", "1"]) }
    guard try shell("command -v fish").status == 0 else { return }
    let fish =
      "HOME=\(prefix) fish -c '. \(prefix)/share/fish/vendor_completions.d/ktop.fish; complete -C \"ktop re\"' | cut -f1"
    #expect(try words(fish) == wanted)
  }
}
