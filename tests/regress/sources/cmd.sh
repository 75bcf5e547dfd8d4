# SPDX-License-Identifier: Apache-2.0
# What is no picture file and no folder is called what it is: 4 where pawl knows it and does not read it, 3 where it is missing.
export PAWL_FFMPEG=none PAWL_FFPROBE=none # whether it is here or not
look() { pawl predict "$ENGINE" --nosave "$@" 2>&1; echo "exit $?"; }
mkdir some videos empty
cp "$SHAPES/pictures/shapes1.jpg" some/a.jpg
cp some/a.jpg videos
touch videos/b.mp4 videos/c.MOV list.txt clip.avi
for source in https://example.com/bus.jpg https://example.com/clip.mp4 rtsp://camera/1 file:///a.jpg 0 /dev/video77 screen - '' /dev/null \
    list.txt clip.avi; do
    look "$source"
done
for source in missing/ missing missing/a.jpg missing.mp4 'some/*.jpg' empty; do look "$source"; done
# One that is refused stops the run before it begins; a picture that is missing does not.
look some missing/
look some/a.jpg missing.jpg | grep -v ^Speed
look videos | grep -v ^Speed
touch 0
look 0
pawl build https://example.com/best.pt 2>&1; echo "exit $?"
pawl inspect https://example.com/best.pt 2>&1; echo "exit $?"
pawl predict https://example.com/best.engine some 2>&1; echo "exit $?"
pawl verify "$SHAPES/shapes.pt" --images missing 2>&1; echo "exit $?"
pawl verify "$SHAPES/shapes.pt" --images rtsp://camera/1 2>&1; echo "exit $?"
for file in truth.json data.yaml; do pawl val "$ENGINE" --data https://example.com/$file 2>&1; echo "exit $?"; done
find . -name 'runs'
# Where a list names it, it is said which and where.
printf 'some/a.jpg\n\n# here\n' >notes.txt; look notes.txt
printf 'some/a.jpg\nno/\n' | $PAWL predict "$ENGINE" - --nosave 2>&1; echo "exit $?"
