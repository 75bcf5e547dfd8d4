# SPDX-License-Identifier: Apache-2.0
# Flat colours of every matrix, range and depth come to the network and into the film as they were: within 2 levels of 255 (of 10 bits 3, dithered).
command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || exit 77
bars='color=0xC83C28:s=32x48:r=10:d=0.2[a];color=0x28C850:s=32x48:r=10[b];color=0x3050D0:s=32x48:r=10[c];color=0xF4F4F4:s=32x48:r=10[d];color=0x101010:s=32x48:r=10[e];[a][b][c][d][e]hstack=5:shortest=1,format=rgb24'
make() { ffmpeg -nostdin -v error -y "$@"; }
# The middles of the bars, in row $2.
rgb() { ffmpeg -nostdin -v error -i "$1" -frames:v 1 -vf "crop=160:2:0:$2" -f rawvideo -pix_fmt rgb24 - | od -An -v -tu1 -w3 | sed -n '17p;49p;81p;113p;145p' | tr '\n' ' '; }
# What differs enough to be seen.
near() { echo "$1 $2" | awk -v limit="${limit:-2}" '{ for (i = 1; i <= 15; i++) { d = $i - $(i + 15); if (d < 0) d = -d; if (d > most) most = d } if (most > limit || NF != 30) print "differ:", $0 }'; }
look() {
    rm -rf out seen
    make -f lavfi -i "$bars" "$@" in.mkv
    pawl predict -q "$ENGINE" in.mkv --imgsz 160 --conf 0.999 --project out --name o --save-letterbox seen || echo "exit $?"
    in=$(rgb in.mkv 24)
    near "$in" "$(rgb out/o/in.mp4 24)"
    near "$in" "$(rgb seen/in_1.png 80)"
}
for matrix in smpte170m bt709; do
    for range in tv pc; do
        [ $range = tv ] && pixels=yuv420p || pixels=yuvj420p
        echo "--- $matrix, $range"
        look -vf "scale=out_color_matrix=$matrix:out_range=$range" -pix_fmt $pixels -c:v ffv1 -colorspace $matrix -color_range $range
    done
done
echo '--- not said'; look -pix_fmt yuv420p -c:v ffv1
echo "--- 10 bits, full range"; limit=3; look -vf scale=out_range=pc -pix_fmt yuv420p10le -c:v ffv1 -color_range pc
limit=2; echo "--- 4:4:4"; look -vf scale=out_color_matrix=bt709 -pix_fmt yuv444p -c:v ffv1 -colorspace bt709
echo '--- 4:2:2, full range'; look -pix_fmt yuvj422p -c:v mjpeg -q:v 1
echo '--- R G B with alpha'; look -pix_fmt rgba -c:v png
