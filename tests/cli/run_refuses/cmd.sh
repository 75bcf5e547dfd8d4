# SPDX-License-Identifier: Apache-2.0
tool npy 1 64 64 >x.npy
tool npy-f64 1 64 64 >type.npy
sed 's/False/True /' x.npy >order.npy
head -c 1000 x.npy >short.npy
(cat x.npy; echo more) >long.npy
echo nothing >text.npy
sed "s/(1, 3, 64, 64)/(3, 64, 64)   /" x.npy >rank.npy
sed "s/(1, 3, 64, 64)/(1,9999999999,9999999999,9999999999)/" x.npy >huge.npy
tool npy 1 60 64 >stride.npy
for kind in type order short long text rank huge stride; do
    pawl run "$ENGINE" --input $kind.npy --output out
    echo "$kind: $?"
done
pawl run "$ENGINE"; echo $?
mkfifo pipe
for to in - pipe; do pawl run "$ENGINE" x.npy -o $to 2>&1; echo $?; done
ls | grep -c output
true
