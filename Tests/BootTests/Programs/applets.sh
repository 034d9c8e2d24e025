# BusyBox's applets, one after another: the same script runs on the host and in the guest, and what it prints must be the
# same. Nothing here depends on time, machine, users or the order of a directory. Run in an empty directory.
t() { echo "== $1"; }
umask 022
export TZ=UTC LC_ALL=C
seq 1 20 > n; printf 'pear\napple\nfig\napple\n' > f; printf 'one two\nthree four\n' > w

t '['; [ 1 -lt 2 ]; echo $?; [ a = b ]; echo $?
t '[['; [[ abc = a* ]]; echo $?
t ar; ar -r x.a f w 2>&1; ar -t x.a; ar -p x.a w
t arch; arch
t ascii; ascii | head -n 3
t ash; ash -c 'echo $((3 * 4)) ${0##*/}'
t awk; awk '{ s += $1 } END { print s, NR; printf "%05.2f %s\n", s / 3, toupper("x") }' n
t base64; base64 f; base64 f | base64 -d | cmp - f; echo $?
t basename; basename /a/b/c.txt .txt
t bc; echo '2^64; scale=5; 10/3' | bc
t bunzip2; bzip2 -c n > n.bz2; bunzip2 -c n.bz2 | cmp - n; echo $?
t busybox; busybox true; echo $?
t bzcat; bzcat n.bz2 | tail -n 1
t bzip2; cp n b; bzip2 b; ls b*; bzip2 -d b.bz2; cmp b n; echo $?
t cal; cal 2 2024
t cat; cat -n f; cat - < w
t chgrp; chgrp 0 f 2>&1; echo $?
t chmod; chmod 4751 f; stat -c %a f; chmod u=rw,go=r f; stat -c %a f
t chown; chown 0:0 f 2>&1; echo $?
t chroot; chroot /nowhere true 2> /dev/null; echo $?
t cksum; crc32 f
t clear; clear | od -An -c | head -n 2
t cmp; cmp f w; echo $?; cmp n n; echo $?
t cp; mkdir -p d/e; cp f d/e; cp -r d d2; find d2 | sort; cp -a f g; cmp f g; echo $?; cp nothing x 2>&1
t cpio; find d | sort | cpio -o -H newc 2> /dev/null > c.cpio; mkdir c; (cd c; cpio -id < ../c.cpio 2> /dev/null; find . | sort)
t cttyhack; cttyhack true; echo $?
t cut; cut -c 2-3 f; cut -d ' ' -f 2 w
t date; date -d @86400 '+%Y-%m-%d %H:%M:%S %a %j'
t dc; echo '3 4 + p 5 * p 2 k 7 / p' | dc
t dd; dd if=n of=o bs=7 count=2 skip=1 2> /dev/null; cat o; dd if=/dev/zero bs=1k count=64 2> /dev/null | wc -c
t df; df > /dev/null; echo $?
t diff; diff f w; diff -u f w | tail -n +3; diff n n; echo $?
t dirname; dirname /a/b/c
t dnsdomainname; dnsdomainname > /dev/null 2>&1; echo done
t dos2unix; printf 'a\r\nb\r\n' > u; dos2unix u; od -An -c u
t du; du -s nothing 2>&1; mkdir empty; du -s empty | cut -f 2
t echo; echo -e 'a\tb\n\0101'; echo -n x; echo
t ed; printf '2,3p\n$s/apple/plum/\nw\nq\n' | ed f 2>&1; cat f; printf 'pear\napple\nfig\napple\n' > f
t egrep; egrep 'p+|fig' f
t env; env -i A=1 B=2 env | sort
t expand; printf 'a\tb\n' | expand -t 4
t expr; expr 3 + 4 \* 2; expr abc : 'a\(.\)'; expr length hello
t factor; factor 360 97 18446744073709551557
t fallocate; fallocate -l 5000 fa; stat -c %s fa
t false; false; echo $?
t fgrep; fgrep -c . f; fgrep -x fig f
t find; find d -type f; find d -name 'e*' -type d; find n -size -2k; find d -exec echo {} \; | sort
t fold; fold -w 4 w
t free; free > /dev/null; echo $?
t fsync; sync; echo $?
t getopt; getopt -o ab:c -l long: -- -a -b x --long=y rest
t grep; grep -n apple f; grep -v apple f; grep -c p f; grep -o 'p.' f; grep -q none f; echo $?; grep -r four . | sort
t groups; groups > /dev/null 2>&1; echo done
t gunzip; gzip -c n > n.gz; gunzip -c n.gz | cmp - n; echo $?
t gzip; gzip -9 -c f | gzip -d; gzip -t n.gz; echo $?
t head; head -n 3 n; head -c 5 f; echo; head -n -17 n
t hexdump; hexdump -C w; hexdump -e '4/1 "%02x " "\n"' f | head -n 2
t hostid; hostid > /dev/null; echo $?
t hostname; hostname > /dev/null; echo $?
t id; id -u > /dev/null; echo $?
t ionice; ionice -c 3 true; echo $?
t ipcalc; ipcalc -n -b -m 192.168.5.130/25
t kill; sleep 20 & kill -TERM $!; wait $!; echo $?; kill -l 9 15
t killall; killall -0 no-such-program 2>&1; echo $?
t less; less f < /dev/null
t link; link f l1; stat -c %h f; unlink l1
t linux32; linux32 true; echo $?
t linux64; linux64 true; echo $?
t ln; ln -s f s; readlink s; ln -sf w s; cat s; ln f h; stat -c %h h; rm h s
t logname; logname > /dev/null 2>&1; echo done
t ls; ls; ls -d d; ls -1 d/e; ls -l f | cut -c 1-10; ls nothing 2>&1
t lzcat; printf '' | lzcat > /dev/null 2>&1; echo done
t lzop; lzop -c n > n.lzo; lzop -dc n.lzo | cmp - n; echo $?
t md5sum; md5sum f n > sums; cat sums; md5sum -c sums
t microcom; microcom nothing 2> /dev/null; echo $?
t mkdir; mkdir -p a1/b1/c1; mkdir a1 2>&1; mkdir -m 700 a2; stat -c %a a2; rm -r a1 a2
t mkfifo; mkfifo p; (echo through > p &) ; cat p; stat -c %F p
t mknod; mknod p2 p; stat -c %F p2
t mkpasswd; mkpasswd -m md5 -S abcdefgh secret
t mktemp; x=$(mktemp ./tXXXXXX); test -f $x && echo made; rm $x
t more; more f < /dev/null
t mount; mount > /dev/null; echo $?
t mountpoint; test -d /proc/self; echo $?
t mv; cp f m1; mv m1 m2; cat m2; mkdir md; mv m2 md; ls md
t nice; renice -n 1 -p $$ > /dev/null 2>&1; echo $?
t nl; nl w
t nohup; setsid true; echo $?
t nologin; nologin > /dev/null < /dev/null & kill $! 2> /dev/null; wait $! 2> /dev/null; echo done
t nproc; nproc > /dev/null; echo $?
t nuke; mkdir nk; touch nk/a; nuke nk; ls -d nk 2>&1
t od; od -c w; od -An -tx2 f; od -An -td1 -j 2 -N 4 f
t partprobe; partprobe nothing 2> /dev/null; echo $?
t paste; paste -d , f n | head -n 3; paste -s w
t patch; printf 'pear\napple\nkiwi\napple\n' > f2; diff -u f f2 > pp; patch f pp; cat f; cp f2 f
t pidof; pidof no-such-program; echo $?
t printf; printf '%s %d %x %o %c|%-5s|%05d\n' a 10 255 8 z b 42
t ps; ps > /dev/null; echo $?
t pwd; pwd > /dev/null; (cd d/e; basename $(pwd))
t readlink; ln -s nothing dang; readlink dang; readlink -f d/../f | sed 's|.*/||'
t realpath; realpath d/../w | sed 's|.*/||'
t reset; reset > /dev/null 2>&1; echo done
t resume; resume nothing > /dev/null 2>&1; echo done
t rev; rev f
t rm; touch r1 r2; rm r1 r2; rm r1 2>&1; rm -f r1; echo $?
t rmdir; mkdir rd; rmdir rd; rmdir d 2>&1
t run-parts; mkdir parts; printf '#!/bin/sh\necho part $1\n' > parts/a; chmod +x parts/a; run-parts --test parts; echo $?
t sed; sed -n '2p;4p' f; sed 's/p/P/g;/fig/d' f; sed -e '1i\' -e first -e '$a\' -e last w; sed 'y/abc/xyz/;N;s/\n/+/' f
t seq; seq 3; seq 1 3 10; seq -s , 5; seq -w 8 11
t setpriv; setpriv true > /dev/null 2>&1; echo done
t setsid; setsid echo own
t sh; sh -c 'for i in a b; do echo $i; done; case x in [xy]) echo match;; esac; f() { echo f $1; }; f 2; echo ${x:-unset}'
t sha1sum; sha1sum f
t sha256sum; sha256sum f | tee s2; sha256sum -c s2
t sha3sum; sha3sum f
t sha512sum; sha512sum n
t shred; cp n sh; shred -u sh; ls sh 2>&1
t shuf; shuf n | sort -n | cmp - n; echo $?
t sleep; sleep 0.01; echo $?
t sort; sort f; sort -u f; sort -rn n | head -n 3; sort -k 2 w; sort -c n; echo $?
t start-stop-daemon; start-stop-daemon -K -q -n no-such-program > /dev/null 2>&1; echo $?
t stat; stat -c '%F %s %h %a' f; stat -c %F d
t strings; printf 'abc\0\1defgh\0xy' > st; strings st
t stty; stty size < /dev/null 2> /dev/null; echo $?
t svok; svok nothing; echo $?
t swapoff; swapoff nothing 2> /dev/null; echo $?
t sync; sync f; echo $?
t sysctl; sysctl -n kernel.ostype
t tac; tac w
t tail; tail -n 2 n; tail -c 4 f; tail -n +19 n
t tar; tar cf t.tar d f; tar tf t.tar | sort; mkdir tx; tar xf t.tar -C tx; find tx | sort; tar czf t.tgz d; tar tzf t.tgz | sort
t taskset; taskset 1 true; echo $?
t tee; echo both | tee te; cat te; echo more | tee -a te > /dev/null; cat te
t test; test -f f; echo $?; test -d f; echo $?; test -s f -a 1 -eq 1; echo $?
t time; time true 2> /dev/null; echo $?
t timeout; timeout 0.05 sleep 5; echo $?; timeout 5 echo in time
t top; top -b -n 1 > /dev/null; echo $?
t touch; touch -d '2001-02-03 04:05:06' to; stat -c %y to | cut -c 1-19; touch -c none; ls none 2>&1
t tr; tr a-z A-Z < w; echo aabbcc | tr -s ab; echo hello | tr -d l
t true; true; echo $?
t truncate; truncate -s 100 tr; stat -c %s tr; truncate -s +5 tr; stat -c %s tr
t ts; echo stamped | ts '' | grep -c stamped
t tty; tty < /dev/null; echo $?
t ubirename; ubirename nothing 2> /dev/null; echo $?
t uname; uname; uname -m
t uncompress; uncompress nothing 2> /dev/null; echo $?
t unexpand; printf '        a\n' | unexpand | od -An -c
t uniq; sort f | uniq -c; sort f | uniq -d; sort f | uniq -u
t unix2dos; unix2dos u; od -An -c u
t unlink; touch ul; unlink ul; ls ul 2>&1
t unlzma; unlzma -c nothing 2> /dev/null; echo $?
t unshare; unshare -h > /dev/null 2>&1; echo done
t unxz; unxz -c nothing 2> /dev/null; echo $?
t unzip; unzip -l nothing 2> /dev/null; echo $?
t uptime; uptime > /dev/null; echo $?
t usleep; usleep 100; echo $?
t uudecode; uuencode n name < n > uu; uudecode -o - uu | cmp - n; echo $?
t uuencode; uuencode -m f out < f
t vi; vi -c ':q!' f < /dev/null > /dev/null 2>&1; echo done
t w; w > /dev/null 2>&1; echo done
t watch; timeout 0.3 watch -t -n 1 echo seen 2> /dev/null | grep -c seen > /dev/null; echo done
t wc; wc f; wc -l < n; wc -w w; wc -c f; wc -L w
t which; which no-such-program; echo $?
t who; who > /dev/null; echo $?
t whoami; whoami > /dev/null 2>&1; echo done
t xargs; xargs -n 3 echo < n; echo 'a b' | xargs -I {} echo '<{}>'; printf 'x\0y' | xargs -0 echo; xargs false < w; echo $?
t xxd; xxd w; xxd -p f; xxd -p f | xxd -r -p | cmp - f; echo $?
t xz; printf x | xz -dc > /dev/null 2>&1; echo done
t xzcat; xzcat nothing 2> /dev/null; echo $?
t yes; yes | head -n 2; yes no | head -n 1
t zcat; zcat n.gz | tail -n 2
