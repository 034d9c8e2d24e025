# Files: a tree is made, changed, searched, packed, unpacked and removed, with pauses. What costs is looking paths up.
# trace: syscalls,process,path,fault,scheduler,locks
mkdir -p /tmp/tree && cd /tmp/tree || exit 1
for directory in a a/b a/b/c d d/e; do
  mkdir "$directory"
  for file in 1 2 3 4 5 6; do echo "$directory $file" > "$directory/file$file"; done
done
sleep 0.1
ln -s ../a/b d/link
mv a/file6 d/e/moved
rm d/e/file1

echo "files: $(find . -type f | wc -l), directories: $(find . -type d | wc -l)"
echo "with a 3: $(grep -rl 3 a d | wc -l)"
sleep 0.1
echo "through the link: $(cat d/link/file2)"
tar cf /tmp/tree.tar . && mkdir /tmp/copy && tar xf /tmp/tree.tar -C /tmp/copy
diff -r . /tmp/copy && echo "the copy is the same"
sleep 0.1
ls -l a/b/c | awk 'NR > 1 { print $1, $5, $9 }'
cd / && rm -r /tmp/tree /tmp/copy /tmp/tree.tar && ls /tmp | wc -l
