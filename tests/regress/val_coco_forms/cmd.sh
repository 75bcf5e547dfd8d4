# SPDX-License-Identifier: Apache-2.0
# COCO files as other tools write them and pycocotools reads them. The right answer is that of the plain form: all is found.
mkdir pictures
cp "$SHAPES/pictures/shapes1.jpg" "$SHAPES/pictures/shapes2.jpg" pictures
pawl predict -q "$ENGINE" pictures --nosave --conf 0.5 --save-coco found.json
# truth IMAGE1 IMAGE2 SED: the finds as annotations, classes as 1 to 6, changed by a sed script
truth() {
    printf '{"images":[%s,\n%s],\n"annotations":' "$1" "$2"
    sed -E 's/"image_id":"shapes1"/"image_id":1/; s/"image_id":"shapes2"/"image_id":2/; s/"score":[0-9.]+/"iscrowd":0,"area":5000/' found.json |
        awk '{ if (match($0, /"category_id":[0-9]/)) $0 = substr($0, 1, RSTART + 13) (substr($0, RSTART + 14, 1) + 1) substr($0, RSTART + 15); sub(/"iscrowd"/, "\"id\":" NR ",\"iscrowd\""); print }' |
        sed -E "${3:-}"
    printf ',\n"categories":[%s]}\n' "${categories:-$plain}"
}
plain='{"id":1,"name":"circle"},{"id":2,"name":"square"},{"id":3,"name":"triangle"},{"id":4,"name":"star"},{"id":5,"name":"heart"},{"id":6,"name":"cross"}'
one='{"id":1,"file_name":"shapes1.jpg","width":640,"height":480}' two='{"id":2,"file_name":"shapes2.jpg","width":800,"height":600}'
judge() {
    rm -f v.json
    pawl val --nosave "$ENGINE" --data truth.json --conf 0.5 --json v.json ${folder:+--images $folder} ${results:+--save-json $results} 2>said >table
    printf '%s: exit %s%s\n' "$1" "$?" "$(sed -n 's/.*"instances":\([0-9]*\),.*"metrics":{"mAP50-95":\([0-9.]*\),.*/, objects \1, mAP \2/p' v.json 2>/dev/null)"
    cat said >&2
}
folder=pictures
truth "$one" "$two" >truth.json && judge plain
truth "$one" "$two" 's/"iscrowd":0,"area":5000/"area":null/; s/"id":[0-9]+,"area"/"area"/' >truth.json && judge 'no iscrowd, no area, no id'
truth "$one" "$two" 's/"area":5000/"area":NaN/' >truth.json && judge 'area not a number'
truth '{"id":"one","file_name":"shapes1.jpg"}' '{"id":"two","file_name":"shapes2.jpg"}' 's/"image_id":1/"image_id":"one"/; s/"image_id":2/"image_id":"two"/' >truth.json
results=ids.json && judge 'ids of images are texts' && results=
grep -o '"image_id":[^,]*' ids.json | sort -u
truth '{"id":1.0,"file_name":"shapes1.jpg"}' '{"id":2.0,"file_name":"shapes2.jpg"}' 's/"category_id":([0-9])/"category_id":\1.0/' >truth.json && judge 'ids with a point'
truth "$one" "$two" 's/"image_id":([0-9])/"image_id":"\1"/; s/"category_id":([0-9])/"category_id":"\1"/' >truth.json && judge 'ids of annotations are texts'
truth "$one" "$two,$two" >truth.json && judge 'an image twice'
truth "$one" '{"id":1,"file_name":"shapes2.jpg"}' >truth.json && judge 'an id of two images'
truth "$one" "$two" 's/"bbox":\[([0-9.]+),([0-9.]+),([0-9.]+),([0-9.]+)\]/"segmentation":[[\1,\2,\3,\4]]/' >truth.json && judge 'outlines without boxes (a box of four numbers is one)'
truth "$one" "$two" 's/"image_id":[0-9]/"image_id":7/' >truth.json && judge 'annotations of other images'
printf '{"images":[%s],"annotations":[],"categories":[%s]}' "$one" "$plain" >truth.json && judge 'nothing in the pictures'

truth "$one" "$two" 's/"id":[0-9]+,"iscrowd"/"id":7,"iscrowd"/' >truth.json && judge 'annotations of one id'

# Names of files
folder=
truth '{"id":1,"file_name":"pictures/shapes1.jpg"}' '{"id":2,"file_name":"pictures\\shapes2.jpg"}' >truth.json && judge 'folders in the names'
folder=pictures
truth '{"id":1,"file_name":"train/shapes1.jpg"}' '{"id":2,"file_name":"train/shapes2.jpg"}' >truth.json && judge 'folders that are not there'
truth "{\"id\":1,\"file_name\":\"$PWD/pictures/shapes1.jpg\"}" "{\"id\":2,\"file_name\":\"$PWD/pictures/shapes2.jpg\"}" >truth.json && judge 'whole paths'
truth '{"id":3,"file_name":"gone.jpg"},'"$one" "$two" >truth.json && judge 'the first picture is not there'

# Categories
categories='{"id":0,"name":"circle","supercategory":"none"},'$plain && truth "$one" "$two" >truth.json && judge 'an empty category of the same name above'
categories=$plain',{"id":9,"name":"circle"},{"id":10,"name":"zebra"}' && truth "$one" "$two" >truth.json && judge 'empty categories behind'
truth "$one" "$two" '0,/"category_id":1/s//"category_id":9/' >truth.json && judge 'objects in two categories of a name'
categories=$(echo "$plain" | sed 's/"id":/"id":"c/g; s/,"name"/","name"/g') && truth "$one" "$two" 's/"category_id":([0-9])/"category_id":"c\1"/' >truth.json
results=ids.json && judge 'ids of categories are texts' && results=
grep -o '"category_id":"c[0-9]"' ids.json | head -n 1 | tr -d 1-6
categories=$(echo "$plain" | sed -E 's/,"name":"[a-z]*"//g') && truth "$one" "$two" >truth.json && judge 'categories without names, in their order'
categories='{"id":0,"name":"x"},'$(echo "$plain" | sed -E 's/"name":"/"name":"my /g') && truth "$one" "$two" >truth.json && judge 'other names, and an empty category above'
categories=$plain,$plain && truth "$one" "$two" >truth.json && judge 'each category twice'
categories='{"id":1,"name":"wheel"},'$plain && truth "$one" "$two" >truth.json && judge 'an id of two categories, the last counts'
