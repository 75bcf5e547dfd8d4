# SPDX-License-Identifier: Apache-2.0
tool npy 6 64 96 >x.npy
pawl run "$ENGINE" --input x.npy --output all
head -c 100 all.output0.npy | tr -d '\223' | cut -c 10-80 | head -n 1
# One picture of the six alone gives the same rows.
(tool npy 1 64 96 | head -c 128; tail -c +129 x.npy | tail -c 73728) >last.npy
pawl run "$ENGINE" --input last.npy --output last
tail -c +129 last.output0.npy >one
tail -c "$(wc -c <one)" all.output0.npy >of_six
tool same one of_six
pawl run "$ENGINE" --input x.npy
ls
