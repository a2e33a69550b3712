"""Writes the header as a page to look things up in: docs/api.html, or the file given.

Everything comes from include/generative.h, in its order; names link to where they are declared. Fails when
a function, struct or constant that the header declares did not find its way into the page.
usage: api.py [FILE]
"""

import html
import re
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "Scripts"))
from header import HEADER, ROOT, Header  # noqa: E402

STYLE = """
:root { color-scheme: light dark; --paper: #fdfcfa; --ink: #22211f; --quiet: #6d6a64; --rule: #dedad2;
  --wash: #f4f1ec; --accent: #a44a18; }
@media (prefers-color-scheme: dark) { :root { --paper: #17181a; --ink: #e4e2dd; --quiet: #9b9891;
  --rule: #35363a; --wash: #202225; --accent: #ef9a63; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif;
  display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1.25rem; font-size: .8125rem;
  border-right: 1px solid var(--rule); }
nav details { margin: .2rem 0; } nav summary { cursor: pointer; }
nav details > a { display: block; padding-left: 1rem; overflow-wrap: anywhere; }
nav code { font-size: .75rem; }
main { padding: 2.5rem clamp(1rem, 4vw, 3.5rem) 6rem; max-width: 62rem; }
h1 { font-size: 2rem; font-weight: 600; letter-spacing: -.01em; margin: 0 0 1rem; }
h2 { font-size: 1.35rem; font-weight: 600; margin: 3.5rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
p { max-width: 44em; margin: .6rem 0; } p.note { color: var(--quiet); }
pre { background: var(--wash); border-radius: 5px; padding: .7rem .9rem; overflow-x: auto;
  font: .8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; margin: 1.6rem 0 .4rem; }
pre :target, pre:target { background: color-mix(in srgb, var(--accent) 25%, transparent); border-radius: 3px; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
pre a { color: inherit; border-bottom: 1px dotted var(--quiet); } pre i { color: var(--quiet); font-style: normal; }
pre b { font-weight: 650; }
@media (max-width: 50rem) { body { grid-template-columns: minmax(0, 1fr); }
  nav { position: static; height: auto; border: 0; border-bottom: 1px solid var(--rule); } }
"""


def declarations(text):
    """(section, comment, code) of the header in order; code is '' for a comment that stands alone."""
    section, pending = None, ""
    position = text.index('extern "C" {\n#endif') + len('extern "C" {\n#endif')
    end = text.index("#ifdef __cplusplus\n}")
    pattern = re.compile(r"\s*(?:(/\*.*?\*/)|(#define[^\n]*)|(#(?:if|else|endif|ifdef)[^\n]*)|([^#/\s]))", re.S)
    while position < end:
        match = pattern.match(text, position)
        if not match or match.start(match.lastindex) >= end:
            break
        comment, macro, condition, _ = match.groups()
        if comment:
            if pending:
                yield section, pending, ""
            title = re.match(r"/\* -{4} (.*?) -{4,}", comment)
            pending = comment
            if title:
                section, pending = title[1], re.sub(r"/\* -{4} .*? -{4,}", "/*", comment)
            position = match.end()
            continue
        if condition:
            position = match.end()
            continue
        start = match.start(match.lastindex)
        position = match.end() if macro else _end(text, start)
        if not re.match(r"#define GEN_API\b", text[start:position]):
            yield section, pending, text[start:position]
        pending = ""
    if pending:
        yield section, pending, ""


def _end(text, position):
    """Behind the declaration at a position, its own comment included: a semicolon ends it, a function its body."""
    depth, end = 0, "}" if text.startswith("static inline", position) else ";"
    for match in re.compile(r"/\*.*?\*/|[{};]", re.S).finditer(text, position):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if match[0] == end and depth == 0:
            behind = re.compile(r"[ \t]*/\*.*?\*/", re.S).match(text, match.end())
            return behind.end() if behind else match.end()
    raise SyntaxError(f"a declaration does not end: {text[position:position + 60]!r}")


def words(comment):
    """The paragraphs of a comment, without its stars; lines that are set in stay as they are."""
    body = re.sub(r"^/\*+|\*/$", "", comment.strip()).strip("\n")
    lines = [re.sub(r"^ ?\* ?", "", line.rstrip()) for line in body.split("\n")]
    paragraphs, current = [], []
    for line in [*lines, ""]:
        if line.strip():
            current.append(line)
        elif current:
            paragraphs.append(current)
            current = []
    merged = []
    for paragraph in paragraphs:
        # Code with an empty line in it is still one piece.
        if merged and all(line.startswith("   ") for line in merged[-1] + paragraph):
            merged[-1] += ["", *paragraph]
        elif "".join(paragraph).strip(" -*/"):
            merged.append(paragraph)
    return merged


def declared(header):
    """The names that must be in the page."""
    return {*header.functions, *header.inlines, *header.structs, *header.handles, *header.constants}


class Page:
    def __init__(self, text, header):
        self.names = declared(header)
        self.names |= set(re.findall(r"typedef \w+ (gen_\w+);", text)) | set(re.findall(r"\(\*(gen_\w+)\)\(", text))
        self.anchored, self.body, self.index = set(), [], []
        self._introduction(text)
        section = None
        for title, comment, code in declarations(text):
            if title != section:
                section = title
                self.index.append((title, []))
                self.body.append(f'<h2 id="{_slug(title)}">{html.escape(title)}</h2>')
            if code:
                self.body.append(f"<pre>{self._code(code)}</pre>")
            self.body += [self._paragraph(lines) for lines in words(comment)] if comment else []

    def _introduction(self, text):
        opening = re.search(r"/\*\n.*?\*/", text, re.S)[0]
        lines = words(opening)
        title = lines[0][0].strip()
        self.body.append(f"<h1>{html.escape(title)}</h1>")
        self.body += [self._paragraph(paragraph) for paragraph in lines[1:]]

    def _paragraph(self, lines):
        if all(line.startswith("   ") or not line for line in lines):
            return f"<pre>{self._linked(textwrap.dedent(chr(10).join(lines)))}</pre>"
        # Conventions: an entry begins with a line that is not set in.
        entries, entry = [], []
        for line in lines:
            if entry and not line.startswith(" ") and re.match(r"[A-Z]\w*( \w+)?\. ", line) and len(lines) > 3:
                entries.append(entry)
                entry = []
            entry.append(line.strip())
        return "".join(f"<p>{self._entry(' '.join(e))}</p>" for e in [*entries, entry])

    def _entry(self, text):
        term = re.match(r"[A-Z]\w*( \w+)?\. (?=[A-Z])", text)
        return f"<b>{term[0]}</b>{self._linked(text[term.end():])}" if term else self._linked(text)

    def _linked(self, text, declaring=()):
        """Text as HTML, the header's names as links, or as anchors where they are declared."""
        pieces = re.split(r"(\b(?:gen|GEN)_\w+\b)", text)
        made = []
        for piece in pieces:
            if piece in declaring and piece not in self.anchored:
                self.anchored.add(piece)
                made.append(f'<b id="{piece}">{piece}</b>')
            elif piece in self.names:
                made.append(f'<a href="#{piece}">{piece}</a>')
            else:
                made.append(html.escape(piece, quote=False))
        return "".join(made)

    def _code(self, code):
        code = re.sub(r"^GEN_API ", "", code)
        if code.startswith("static inline "):
            code = " ".join(code.partition("{")[0].split()[2:]) + ";"
        uncommented = re.sub(r"/\*.*?\*/", "", code, flags=re.S)
        declared = re.findall(r"#define (GEN_\w+)", uncommented)
        if re.match(r"enum\b", uncommented):
            declared = re.findall(r"\b(GEN_\w+)\b", uncommented)
        elif uncommented.startswith("typedef"):
            names = re.findall(r"\(\*(gen_\w+)\)", uncommented) or re.findall(r"(gen_\w+);\s*$", uncommented)
            declared = names[-1:]
        elif not declared:
            declared = re.findall(r"\b(gen_\w+)\s*\(", uncommented)[:1]
        if self.index:
            self.index[-1][1].extend(name for name in declared if name.startswith("gen_"))
        pieces = re.split(r"(/\*.*?\*/)", code, flags=re.S)
        return "".join(
            f"<i>{self._linked(piece)}</i>" if piece.startswith("/*") else self._linked(piece, declared)
            for piece in pieces
        )

    def html(self):
        navigation = "".join(
            f'<details><summary><a href="#{_slug(title)}">{html.escape(title)}</a></summary>'
            + "".join(f'<a href="#{name}"><code>{name}</code></a>' for name in names)
            + "</details>"
            for title, names in self.index
        )
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>generative.h</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>{STYLE}</style></head><body><nav>{navigation}</nav>\n<main>"
            + "\n".join(self.body) + "</main></body></html>\n"
        )  # fmt: skip


def _slug(title):
    return re.sub(r"\W+", "-", title.lower()).strip("-")


def main():
    text, header = HEADER.read_text(encoding="utf-8"), Header()
    page = Page(text, header)
    lost = declared(header) - page.anchored
    if lost:
        sys.exit(f"not in the page: {', '.join(sorted(lost))}")
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "api.html"
    output.write_text(page.html(), encoding="utf-8")
    print(f"{output.name}: {len(page.anchored)} names of {HEADER.name}")


if __name__ == "__main__":
    main()
