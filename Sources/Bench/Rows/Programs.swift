// Rows that fork and execute. Their programs are BusyBox's, in the same initramfs on every kernel; exit statuses are
// checked each time, what the programs did once after the loop.

import CProgram
import LinuxABI

enum Programs {
  static func forkExit(_ run: inout Run) throws(Failure) {
    try run.time { () throws(Failure) in try Child.fork { 0 }.wait() }
  }

  static func execTrue(_ run: inout Run) throws(Failure) {
    try run.time { () throws(Failure) in try Child.execute("/bin/true", "true").wait() }
  }

  static func shellNoop(_ run: inout Run) throws(Failure) {
    try time("true", &run)
    // A shell that is none would do nothing as well, and faster.
    do throws(Failure) { try shell("exit 7") } catch { return try expect(error.result, 7 << 8, "a shell's own status") }
    throw Failure("a shell's own status", 0)
  }

  static func pipeGrep(_ run: inout Run) throws(Failure) {
    try TextFixture.grep.write("/tmp/bench.grep")
    try time("grep apple /tmp/bench.grep > /dev/null", &run)
    try checkOutput("grep -c apple /tmp/bench.grep > /tmp/bench.out", "200\n")
    try expect(call(.unlink, ("/tmp/bench.grep" as StaticString).address), 0, "unlink")
  }

  static func sedPipeline(_ run: inout Run) throws(Failure) {
    try TextFixture.sed.write("/tmp/bench.sed")
    try time("sed 's/prefix/PRE/;s/suffix/SUF/' /tmp/bench.sed > /dev/null", &run)
    try checkOutput(
      "sed 's/prefix/PRE/;s/suffix/SUF/' /tmp/bench.sed | grep -c 'PRE.*SUF' > /tmp/bench.out", "200\n")
    try expect(call(.unlink, ("/tmp/bench.sed" as StaticString).address), 0, "unlink")
  }

  static func sortUniq(_ run: inout Run) throws(Failure) {
    try TextFixture.words.write("/tmp/bench.words")
    try time("sort /tmp/bench.words | uniq -c | sort -rn > /dev/null", &run)
    try checkOutput("sort /tmp/bench.words | uniq -c | sort -rn | wc -l > /tmp/bench.out", "37\n")
    try expect(call(.unlink, ("/tmp/bench.words" as StaticString).address), 0, "unlink")
  }

  static func tarExtract(_ run: inout Run) throws(Failure) {
    try TarFixture.write("/tmp/bench.tar")
    try time("rm -rf /tmp/bench.d; mkdir /tmp/bench.d; tar xf /tmp/bench.tar -C /tmp/bench.d", &run)
    try checkFile("/tmp/bench.d/fileT", "fifteen bytes.\n")
    try checkOutput("ls /tmp/bench.d | wc -l > /tmp/bench.out", "20\n")
    try shell("rm -r /tmp/bench.d /tmp/bench.tar")
  }

  private static func time(_ script: StaticString, _ run: inout Run) throws(Failure) {
    try run.time { () throws(Failure) in try shell(script) }
  }

  /// A script's output, seen without the shell's help.
  private static func checkOutput(_ script: StaticString, _ wanted: StaticString) throws(Failure) {
    try shell(script)
    try checkFile("/tmp/bench.out", wanted)
    try expect(call(.unlink, ("/tmp/bench.out" as StaticString).address), 0, "unlink")
  }

  private static func checkFile(_ path: StaticString, _ wanted: StaticString) throws(Failure) {
    let file = try check(call(.open, path.address, 0, 0), "open what a program wrote")
    let buffer = Scratch.address
    try expect(call(.read, file, buffer, 1024), wanted.utf8CodeUnitCount, "size of what a program wrote")
    let bytes = UnsafeBufferPointer(start: UnsafePointer(Scratch.bytes), count: wanted.utf8CodeUnitCount)
    if !bytes.isEqual(to: wanted) { throw Failure("what a program wrote", 0) }
    try expect(call(.close, file), 0, "close")
  }

  private static func shell(_ script: StaticString) throws(Failure) {
    try Child.execute("/bin/sh", "sh", "-c", script).wait()
  }
}
