#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_site.py FOLDER: each link within the site, and to a place in a page of it, leads somewhere."""
import html.parser
import os
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.places = [], set()

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append((self.getpos()[0], value))
            elif name == "id" or (name == "name" and tag == "a"):
                self.places.add(value)


def main():
    os.chdir(sys.argv[1])
    pages = {}
    for name in sorted(name for name in os.listdir(".") if name.endswith(".html")):
        pages[name] = page = Page()
        with open(name, encoding="utf-8") as file:
            page.feed(file.read())
    faults, count = [], 0
    for name, page in pages.items():
        for line, link in page.links:
            target = urllib.parse.urlsplit(link)
            if target.scheme or target.netloc:
                continue
            count += 1
            path = urllib.parse.unquote(target.path) or name
            place = urllib.parse.unquote(target.fragment)
            if not os.path.exists(path):
                faults.append(f"{name}:{line}: {link} leads nowhere")
            elif place and path in pages and place not in pages[path].places:
                faults.append(f"{name}:{line}: {path} has no place {place}")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"check_site: {len(pages)} pages, {count} links, {len(faults)} faults")
    return 1 if faults or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
