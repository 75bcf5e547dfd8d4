# SPDX-License-Identifier: Apache-2.0
# The same boxes whatever the batch; 6 pictures in 4 + 2.
for batch in 1 4; do
    pawl predict -q "$ENGINE" "$SHAPES/pictures" --nosave --batch $batch --json - | sed 's/,"ms".*//' >"batch$batch"
done
tool same batch1 batch4
