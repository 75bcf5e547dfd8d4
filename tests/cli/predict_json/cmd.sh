# SPDX-License-Identifier: Apache-2.0
pawl predict "$ENGINE" "$SHAPES/pictures" --nosave --json - >lines
tool json <lines
sed -E 's/"(file|name)":"[^"]*\//"\1":"/; s/[0-9]+\.[0-9]+(e-?[0-9]+)?/F/g' lines | sed -n 4p
pawl predict "$ENGINE" "$SHAPES/pictures/shapes1.jpg" --nosave --json file.jsonl
tool json <file.jsonl
ls
