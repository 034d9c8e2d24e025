# Pipelines: programs that start, talk through pipes and end. What costs is fork, exec and waiting.
# trace: syscalls,process,path,fault,scheduler,locks
numbers() { seq 1 400; }

echo "primes below 400: $(numbers | awk '{ for (d = 2; d * d <= $1; d++) if ($1 % d == 0) next; if ($1 > 1) n++ } END { print n }')"
echo "digit sum: $(numbers | sed 's/./& /g' | tr ' ' '\n' | grep . | awk '{ s += $1 } END { print s }')"
echo "distinct last digits: $(numbers | sed 's/.*\(.\)$/\1/' | sort | uniq | wc -l)"

for round in 1 2 3; do
  numbers | sort -rn | head -n 2 | tr '\n' ' '
done
echo

numbers | cat | cat | cat | tail -n 1
(sleep 0.02; echo "from the background") &
wait
