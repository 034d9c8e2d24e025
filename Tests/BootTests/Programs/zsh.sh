# What zsh does beside the common shell: the same on Linux and on Apus.
cd "$(mktemp -d)"
a=(one two three); print -l $a[2] ${#a} ${(j:,:)a} ${(U)a[1]}; typeset -A m; m=(x 1 y 2); print ${m[y]} ${(ok)m}
s=hello.world; print ${s#*.} ${s%.*} ${s/o/0} ${s:u} ${(l:8::-:)a[1]}
trap 'print usr1' USR1; kill -USR1 $$; f() { local x=$1; ((x > 0)) && f $((x - 1)); return 5 }; f 3; print $?
diff <(print -l a b) <(print -l a c) | tail -n 2; cat =(print temporary)
touch b1 b2 c1; print -l *1 *(.om[1,0]) ; print ${(s:,:)${:-1,2,3}}; print $((2 ** 10)) $(( 7 / 2.0 ))
for i in {1..3}; do print -n "$i "; done; print; repeat 2 print again; case foo in (f*) print starts;; esac
sleep 0.1 & wait $!; print $?; (exit 7); print $?; print piped | while read x; do print got $x; done
cat <<X
here $((6 * 7))
X
{ print out; print err >&2 } 2> e > o; cat o e; [[ abc == a* ]] && print matched; ulimit -n 50; ulimit -n
setopt nullglob; print -r -- none*; print ${(q)s} ${(%):-%?}; autoload -Uz nothing; print $+functions[nothing]
