# A shell between pauses, on two processors: pipelines, files, jobs in the background that wait for each other.
# apus run: --cpus 2
# trace: all trace_rate=4999
mkdir -p /tmp/shell && cd /tmp/shell
seq 1 200 | sed 's/^/line /' >text
sleep 0.4
grep 7 text | sort -r | wc -l &
cat text text | sort -n | uniq | wc -l >count
wait
cat count
sleep 0.4
tar cf all.tar text & tar cf other.tar text & wait
ls -l missing 2>/dev/null || mkdir -p d/e
sleep 0.4
wc -l text | sed 's/text/TEXT/'
sleep 0.4
