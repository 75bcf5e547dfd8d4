#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""doxygen_filter.py FILE: what Doxygen reads in the place of a file, line for line, so that its warnings point at the right ones.

The public headers are written for whoever reads them: a comment under the SPDX line says what the file is, `/** ... */` stands before what is
public, a plain comment behind a member or a macro's value belongs to it. Here these become Doxygen's words. Documents lose the links that lead
out of the site.
"""
import os
import re
import sys

MEMBERS = re.compile(r"typedef (struct|enum) \w+ \{$")
BEHIND = re.compile(r"^(\s*\S.*?)(\s+)/\* ")  # code, then a comment
ROW = re.compile(r'\s+X\((\w+), (-?\w+), "([^"]*)"\)')
INIT = re.compile(r"#define PAWL_(\w+)_INIT\b")
LIST = re.compile(r"(@param(?:\[\w+\])?|@retval) (\w+(?:, \w+)+)")
INNER = ("BUILDING", "API", "NODISCARD", "PRINTF", "BEGIN", "END", "STATUS_ENUM", "STATUS_MAP")  # macros for the headers' own use
SEVERAL = re.compile(r"^(\s*(?:const )?[\w ]+?[ *]+)(\w+(?:\[\w+\])?(?:, \*?\w+(?:\[\w+\])?)+);(\s*)(/\*\*<.*)$")  # type a, b; comment
OWNER = re.compile(r"using \w+ = owner<(\w+),.*?;(?P<comment>.*)")
LINK = re.compile(r"(?<!!)\[((?:[^][]|`[^`]*`)+)\]\((?!\))([^)#\s]*)(#[^)\s]*)?\)")


def apart(line, lines, number):
    """`int a, b; comment` as one declaration each, all with the comment: Doxygen would give it to the last alone. Where it goes on in further lines
    all but the last have it in one."""
    match = SEVERAL.match(line)
    if not match:
        return line
    kind, names, blanks, comment = match.groups()
    whole = comment
    while "*/" not in whole and number + 1 < len(lines):
        number += 1
        whole += " " + lines[number].strip()
    names = names.split(", ")
    first = "".join(f"{kind}{name.lstrip('*')};{blanks}{whole} " for name in names[:-1])
    return f"{first}{kind}{names[-1].lstrip('*')};{blanks}{comment}"


def header(lines):
    """Lines of a C header."""
    rows = {}      # of each X-macro NAME_MAP(X): (name, value, text)
    table = None   # the one that is being read
    behind = False # within a struct or an enum
    inner = False  # within a macro for the headers' own use
    init = None    # the type whose initialiser is being read
    top = "before" # the comment that says what the file is: before, in, after
    for number, line in enumerate(lines):
        if top == "before" and number > 0:
            if line.startswith("/*") and not line.startswith("/**"):
                line, top = "/**" + line[2:], "in"
            else: # Doxygen refuses this, where it would leave the whole header out without a word
                line, top = "/** @this_header_has_no_comment_that_says_what_it_is */ " + line, "after"
        if top == "in" and "*/" in line:
            line, top = line.replace("*/", "@file */", 1), "after"

        line = LIST.sub(lambda match: match[1] + " " + match[2].replace(", ", ","), line)
        macro = re.match(r"#define (\w+_MAP)\(X\)", line)
        if macro:
            table = rows.setdefault(macro[1], [])
        if table is not None:
            row = ROW.match(line)
            if row:
                table.append(row.groups())
            if not line.endswith("\\"):
                table = None
            yield ""
            continue
        use = re.match(r"\s+(\w+_MAP)\(\w+\)$", line)
        if use and use[1] in rows:
            line = " ".join(f"{name} = {value}, /**< {text} */" for name, value, text in rows[use[1]])

        if MEMBERS.match(line):
            behind = True
        elif line.startswith("}"):
            behind = False
        elif behind or line.startswith("#define"):
            line = BEHIND.sub(r"\1\2/**< ", line)
        if behind and line.rstrip().endswith("size_t struct_size;"):
            line += " /**< of this struct, as its initialiser sets it */"
        elif behind and line.endswith(";") and "/*" not in line and not lines[number - 1].lstrip().startswith(("/**", "*")):
            line += " /**< &#8203; */" # its name says it all: nothing is shown
        if behind:
            line = apart(line, lines, number)

        if re.match(rf"# *(define|undef) PAWL_({'|'.join(INNER)})\b", line):
            inner = True
        if inner:
            inner, line = line.endswith("\\"), ""
        match = INIT.match(line)
        if match:
            init = match[1].lower()
        if init and not line.endswith("\\"):
            if "/*" not in line and not lines[number - 1].rstrip().endswith("*/ "):
                line += f" /**< pawl_{init} as it begins: the defaults. */"
            init = None
        yield line


def cxx_header(lines):
    """Lines of pawl.hpp: its line comments are documentation."""
    for number, line in enumerate(lines):
        if number > 0 and re.match(r"\s*// ?", line):
            line = line.replace("//", "///", 1)
            if number == 1:
                line += " @file"
        owner = OWNER.match(line)
        if owner:
            line = line.replace(" // ", " ///< ") if owner["comment"] else f"{line} ///< Owner of a {owner[1]}."
        yield line


def document(path, lines):
    """Lines of a Markdown page."""
    folder = os.path.dirname(path)
    inside = False

    def link(match):
        place = match[3] or ""
        target = os.path.normpath(os.path.join(folder, match[2])) if match[2] else path
        if place and target.endswith(".md"): # a name of the whole site
            place = f"#{name_of(target)}-{place[1:]}"
            return f"[{match[1]}]({place})"
        stays = ":" in match[2] or target in PAGES or re.match(r"docs/[\w-]+\.md", target)
        return match[0] if stays else match[1]

    names = {}
    for line in lines:
        inside ^= line.startswith("```")
        if inside:
            yield line
            continue
        line = LINK.sub(link, line)
        if line.startswith("# "): # in the navigation it is plain text
            line = line.replace("`", "")
        title = re.match(r"##+ (.*)$", line)
        if title: # the name that the heading has on code hosts, and a page's before it
            name = re.sub(r"[^\w -]", "", title[1].lower()).strip().replace(" ", "-")
            names[name] = names.get(name, -1) + 1
            line += f" {{#{name_of(path)}-{name}{'-' + str(names[name]) if names[name] else ''}}}"
        yield line


def name_of(path):
    return re.sub(r"\W", "_", path[:-len(".md")])


def pages():
    """The documents that Doxyfile names beside those in docs/."""
    with open("docs/Doxyfile", encoding="utf-8") as file:
        return set(re.findall(r"[\w/.]+\.md", file.read()))


def main():
    path = os.path.relpath(sys.argv[1])
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    if path.endswith(".h"):
        made = header(lines)
    elif path.endswith(".hpp"):
        made = cxx_header(lines)
    else:
        made = document(path, lines)
    sys.stdout.write("\n".join(made))


if __name__ == "__main__":
    PAGES = pages()
    main()
