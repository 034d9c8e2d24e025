// What runs in the machine when nobody says what: a shell at work, with pauses, so that the machine is not saturated.

enum ShellWorkload {
  static let command = ["/bin/sh", "-c", script]

  static let script = """
    mkdir -p /tmp/work && cd /tmp/work || exit 1
    for n in 1 2 3 4 5 6; do seq 1 300 | sed "s/^/file $n line /" > text$n; done
    while :; do
      find /bin /etc /sbin /usr -name '*s*' | sort > names
      grep -c sh names
      sed 's/bin/BIN/' names | sort -r | uniq | wc -l
      sleep 0.1
      cat text* | grep 7 | sed 's/.* //' | sort -n | uniq -c | tail -n 2
      tar cf all.tar text1 text2 text3 names && tar tf all.tar | wc -l
      sleep 0.1
      sort -r text1 > a & sort text2 > b & wc text* > c & wait
      mkdir -p d/e && cp text3 d/e/copy && mv d/e/copy d/moved && cat missing; rm -r d
      (echo one; sleep 0.05; echo two) | while read word; do echo $word; done
      ls -l /bin | head -n 3
      sleep 0.2
    done > /dev/null 2>&1
    """
}
