// What a BusyBox shell and its pipelines do, against expected text.

import Guest
import Testing

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct ShellTests {
  @Test(arguments: ShellCase.all)
  func printsTheExpectedText(_ test: ShellCase) async throws {
    let result = try await Machine.shell(test.script)
    #expect(result.console == test.expected)
  }
}

struct ShellCase: CustomTestStringConvertible, Sendable {
  var name: String
  var script: String
  var expected: String
  var testDescription: String { name }

  static let all: [ShellCase] = [
    ShellCase(
      name: "pipelines",
      script: "seq 1 100 | grep 7 | sed 's/7/x/' | sort -r | head -n 3; printf 'b\\na\\nb\\n' | sort | uniq -c",
      expected: "x9\nx8\nx7\n      1 a\n      2 b\n"),
    ShellCase(
      name: "files",
      script: """
        cd /tmp; mkdir -p a/b/c; echo one > a/1; echo two > a/b/2; ln -s ../1 a/b/link; ln a/1 a/hard
        find a | sort; cat a/b/link; stat -c '%h %s %F' a/hard; mv a/b z; rmdir z/c; rm -r a z; ls
        """,
      expected: "a\na/1\na/b\na/b/2\na/b/c\na/b/link\na/hard\none\n2 4 regular file\n"),
    ShellCase(
      name: "tar",
      script: """
        cd /tmp; mkdir d; for i in 1 2 3 4 5; do echo file $i > d/$i; done; tar cf t.tar d; rm -r d; tar xf t.tar
        cat d/*; tar tf t.tar | wc -l; gzip t.tar; gunzip -c t.tar.gz | tar t | tail -n 1
        """,
      expected: "file 1\nfile 2\nfile 3\nfile 4\nfile 5\n6\nd/5\n"),
    ShellCase(
      name: "background jobs",
      script: "(sleep 0.2; echo late) & echo early; wait; echo $?; sh -c 'exit 5' & wait $!; echo $?",
      expected: "early\nlate\n0\n5\n"),
    ShellCase(
      name: "traps and signals",
      script: """
        trap 'echo usr1' USR1; kill -USR1 $$; sh -c 'kill -9 $$'; echo $?
        sh -c 'sleep 0.1; kill $$' & wait $!; echo $?; trap 'echo bye' EXIT
        """,
      expected: "usr1\nKilled\n137\nTerminated\n143\nbye\n"),
    ShellCase(
      name: "scripts",
      script: """
        cd /tmp; printf '#!/bin/sh\\necho script $0 $1\\n' > s; chmod +x s; ./s arg
        printf '#!/usr/bin/awk -f\\nBEGIN { print "awk" }\\n' > w; chmod +x w; ./w
        printf 'not a program' > n; chmod +x n; ./n 2>&1 | head -n 1; printf '#!/none\\n' > m; chmod +x m; ./m 2>/dev/null; echo $?
        """,
      expected: "script ./s arg\nawk\n./n: line 1: not: not found\n127\n"),
    ShellCase(
      name: "devices",
      script: """
        echo gone > /dev/null; head -c 4 /dev/zero | od -An -tx1; echo x > /dev/full; echo $?
        head -c 16 /dev/urandom | wc -c; tty; test -c /dev/tty && echo yes
        """,
      expected: " 00 00 00 00\nsh: write error: No space left on device\n1\n16\n/dev/console\nyes\n"),
    ShellCase(
      name: "proc",
      script: """
        readlink /proc/self/exe; cat /proc/self/comm; ls /proc/self/fd | head -n 3; grep -c . /proc/self/maps > /dev/null && echo maps
        head -n 1 /proc/mounts; test $(cut -d. -f1 /proc/uptime) -lt 100 && echo up; cat /proc/sys/kernel/ostype
        """,
      expected: "/bin/busybox\ncat\n0\n1\n2\nmaps\nrootfs / rootfs rw,relatime 0 0\nup\nLinux\n"),
    ShellCase(
      name: "redirections",
      script: """
        cd /tmp; { echo out; echo err >&2; } > o 2> e; cat e o; cat <<X
        here $((6 * 7))
        X
        exec 3> f; echo three >&3; exec 3>&-; cat < f; echo more >> f; wc -l < f; : > f; wc -c < f
        """,
      expected: "err\nout\nhere 42\nthree\n2\n0\n"),
    ShellCase(
      name: "mounts",
      script: "mkdir /m; mount -t tmpfs none /m; echo x > /m/f; ls /m; umount /m; ls /m; umount /m 2>&1",
      expected: "f\numount: can't unmount /m: Invalid argument\n"),
    ShellCase(
      name: "unimplemented calls fail and nothing else", script: "hostname; hostname new; hostname; nproc",
      expected: "apus\nnew\n1\n"),
  ]
}
