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

  static func shellNoop(_ run: inout Run) throws(Failure) { try time("true", &run) }

  static func pipeGrep(_ run: inout Run) throws(Failure) {
    try TextFixture.grep.write("/tmp/bench.grep")
    try time("grep apple /tmp/bench.grep > /dev/null", &run)
    try shell("test $(grep -c apple /tmp/bench.grep) = 200")
    try expect(call(.unlink, ("/tmp/bench.grep" as StaticString).address), 0, "unlink")
  }

  static func sedPipeline(_ run: inout Run) throws(Failure) {
    try TextFixture.sed.write("/tmp/bench.sed")
    try time("sed 's/prefix/PRE/;s/suffix/SUF/' /tmp/bench.sed > /dev/null", &run)
    try shell("test $(sed 's/prefix/PRE/;s/suffix/SUF/' /tmp/bench.sed | grep -c PRE.*SUF) = 200")
    try expect(call(.unlink, ("/tmp/bench.sed" as StaticString).address), 0, "unlink")
  }

  static func sortUniq(_ run: inout Run) throws(Failure) {
    try TextFixture.words.write("/tmp/bench.words")
    try time("sort /tmp/bench.words | uniq -c | sort -rn > /dev/null", &run)
    try shell("test $(sort /tmp/bench.words | uniq -c | sort -rn | wc -l) = 37")
    try expect(call(.unlink, ("/tmp/bench.words" as StaticString).address), 0, "unlink")
  }

  static func tarExtract(_ run: inout Run) throws(Failure) {
    try TarFixture.write("/tmp/bench.tar")
    try time("rm -rf /tmp/bench.d; mkdir /tmp/bench.d; tar xf /tmp/bench.tar -C /tmp/bench.d", &run)
    try shell("test \"$(cat /tmp/bench.d/* | sort | uniq -c | tr -s ' ')\" = ' 20 fifteen bytes.'")
    try shell("rm -r /tmp/bench.d /tmp/bench.tar")
  }

  private static func time(_ script: StaticString, _ run: inout Run) throws(Failure) {
    try run.time { () throws(Failure) in try shell(script) }
  }

  private static func shell(_ script: StaticString) throws(Failure) {
    try Child.execute("/bin/sh", "sh", "-c", script).wait()
  }
}
