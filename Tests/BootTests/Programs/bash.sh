# What bash is asked for most: the same on Linux and on Apus.
cd "$(mktemp -d)"
a=(one two "three 3"); a+=(four); echo "${#a[@]} ${a[2]} ${a[@]:1:2} ${!a[*]}"; unset 'a[1]'; echo "${a[@]}"
declare -A m=([x]=1 [y]=2); m[z]=3; for k in $(printf '%s\n' "${!m[@]}" | sort); do echo "$k=${m[$k]}"; done
s=hello.world; echo "${s#*.} ${s%.*} ${s/o/0} ${s//o/0} ${s^^} ${#s} ${s:2:3}"
echo $((2**40 % 1000)) $((0x1f)) $(( (5 > 3) ? 7 : 8 )); ((i = 5, i++)); echo $i
trap 'echo usr1' USR1; kill -USR1 $$; trap - USR1
(trap 'echo leaving' EXIT; exit 3); echo $?
f() { local x=$1; [ "$x" -gt 0 ] && { echo "f $x"; f $((x - 1)); }; return 4; }; f 3; echo $?
diff <(printf 'a\nb\n') <(printf 'a\nc\n') | tail -n 3
cat <(echo from one) <(echo from two); echo written > >(cat > out); sleep 0.2; cat out
cat <<X
here $((6 * 7)) ${s}
X
cat <<'X'
as it $is
X
cat <<< "a string"
{ echo to out; echo to err >&2; } 2> err > out; cat out err
exec 5> five; echo five >&5; exec 5>&-; cat five
printf '%s-' a b c; printf '\n%5.2f|%-4d|%x\n' 3.14159 42 255
sleep 0.2 & wait $!; echo "waited $?"
(sleep 0.05; exit 6) & p=$!; wait $p; echo $?
set -m; sleep 10 & jobs | sed 's/  */ /g'; kill %1; wait %1 2> /dev/null; echo $?
sleep 10 & kill -STOP $!; sleep 0.1; jobs -s | sed 's/  */ /g'; kill -KILL $!; wait $! 2> /dev/null; echo killed; set +m
echo pipe | while read -r x; do echo "got $x"; done; set -o pipefail; false | true; echo $?; set +o pipefail
coproc cat; echo to coproc >&"${COPROC[1]}"; read -r -u "${COPROC[0]}" l; echo "$l"; exec {COPROC[1]}>&-; wait
mapfile -t lines < <(seq 3); echo "${lines[2]}"; IFS=: read -r x y <<< "1:2"; echo "$y$x"
case foo in f*) echo starts;; esac; [[ abc =~ ^a(.)c$ ]] && echo "${BASH_REMATCH[1]}"
for ((i = 0; i < 3; i++)); do echo -n "$i "; done; echo; select_=$(echo {1..5} {a..c}); echo "$select_"
shopt -s extglob nullglob; touch a1 a2 b1; echo a* +(b)1 none*; ulimit -n 100; ulimit -n
(ulimit -f 1; head -c 100000 /dev/zero > big) 2> /dev/null; echo "limit $?"
timeout 0.1 bash -c 'while :; do :; done' 2> /dev/null; echo $?
bash -c 'echo $0 $1' name arg; echo "$(echo "nested $(echo deep)")"; type -t cd; command -v test
for n in 1 2 3 4 5 6 7 8; do (echo "$n" > "p$n") & done; wait; cat p? | sort | tr '\n' ' '; echo
