#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""reference.py [--check]: writes docs/reference.md, every key that the readers of configuration files ask for, with its
limits, and every field of the results, all taken from the sources. --check: exit 1 when the file is not what the sources
say. What the keys mean is told in docs/configs.md, which must name each of them."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "reference.md"
# Reader by reader: title, source, function (the keys stand in the braces behind its name).
READERS = (
    ("Run file (`configs/runs`)", "models/spec/run.cpp", "read_run"),
    ("`[schedule]` of a run, further", "models/spec/run.cpp", "read_extensions"),
    ("`[fidelity]` of a run", "models/spec/run.cpp", "read_fidelity"),
    ("`[[fault]]` of a run", "models/spec/fault.cpp", "read_fault"),
    ("Platform file (`configs/platforms`)", "models/spec/platform.cpp", "read_platform"),
    ("`[[cluster]]`", "models/spec/platform.cpp", "read_cluster"),
    ("`[[accelerator]]`", "models/spec/platform.cpp", "read_accelerator"),
    ("`[interconnect]`", "models/spec/platform.cpp", "read_interconnect"),
    ("`[dram]`", "models/spec/platform.cpp", "read_dram"),
    ("`[library]`", "models/spec/platform.cpp", "read_library"),
    ("`[runtime]`", "models/spec/platform.cpp", "read_runtime"),
    ("Core type (`configs/cores`)", "models/spec/platform.cpp", "read_core_type"),
    ("`[chooser]` of a core type", "models/spec/platform.cpp", "read_chooser"),
    ("Schedule (`tandem plan --save`)", "models/spec/schedule.cpp", "read_schedule"),
)
RESULTS = (("A run (`tandem run --json`)", "dse/report/result_json.cpp"),)
UNITS = {"ms": "ms", "us": "us", "ps": "ps", "mj": "mJ", "percent": "%", "bytes": "bytes", "s": "s", "cycles": "cycles"}
CALL = re.compile(r"(\w+)(?:\.|->)(integer|number|size|time|power|frequency|boolean|choice|strings|string|name|path|address|tables|table)"
                  r"(_or|_if)?\(\s*\"([a-z0-9_]+)\"")
# What readers have of their own: read_array(table, "key").
OWN_CALL = re.compile(r"read_(array|range)\(\s*(\w+), \"([a-z0-9_]+)\"")
EACH = re.compile(r"for \(const Table& (\w+) : \w+(?:\.|->)tables\(\"([a-z0-9_]+)\"\)\) \{")
KINDS = {"tables": "tables", "table": "table", "strings": "list of text", "string": "text", "name": "name", "path": "name or path",
         "array": "array", "range": "[begin, end]"}


def arguments(text, start):
    """The arguments behind the key, up to the call's closing bracket."""
    depth, parts, piece, i = 1, [], "", start
    while depth:
        c = text[i]
        if c in "({[":
            depth += 1
        elif c in ")}]":
            depth -= 1
        if c == "," and depth == 1:
            parts.append(piece.strip())
            piece = ""
        elif depth:
            piece += c
        i += 1
    return [re.sub(r"\s+", " ", p) for p in [*parts, piece.strip()] if p]


def end_of(source, begin):
    """Behind the brace that closes the one before `begin`."""
    depth, i = 1, begin
    while depth:
        depth += {"{": 1, "}": -1}.get(source[i], 0)
        i += 1
    return i


def body_of(source, function):
    """The text of the function's definition; None when there is none."""
    for found in re.finditer(r"\b" + function + r"\([^;{]*\)\s*\{", source):
        return source[found.end():end_of(source, found.end())]
    return None


def constant(name):
    """What a constant of the sources stands for: its text behind = or in braces; None when it is none."""
    for path in sorted((ROOT / "models").rglob("*.h")) + sorted((ROOT / "models" / "spec").glob("*.cpp")):
        found = re.search(r"\b" + name + r"\s*(?:=\s*|(?=[{(]))(\{[^;]*\}|[^;]*);", path.read_text())
        if found:
            return re.sub(r"\s+", " ", found.group(1)).strip()
    return None


def as_size(count):
    for unit in ("GiB", "MiB", "KiB"):
        whole = 1 << {"GiB": 30, "MiB": 20, "KiB": 10}[unit]
        if count >= whole and count % whole == 0:
            return f"{count // whole} {unit}"
    return f"{count} B"


def as_time(picoseconds):
    for unit, whole in (("h", 3600 * 10**12), ("s", 10**12), ("ms", 10**9), ("us", 10**6), ("ns", 10**3)):
        if picoseconds >= whole and picoseconds % whole == 0:
            return f"{picoseconds // whole} {unit}"
    return f"{picoseconds} ps" if picoseconds else "0"


def plain(value, kind):
    """A limit or default as it would stand in the file."""
    if value in ("INT64_MAX", "longest"):
        return "any"
    if re.fullmatch(r"k[A-Z]\w*", value):
        value = constant(value) or value
    value = value.strip("{}").replace("'", "")
    value = value[1:-1] if value.startswith("(") else value
    value = re.sub(r"std::int64_t\{(\d+)\}", r"\1", value)
    value = re.sub(r"^(?:Bytes|Picoseconds|Hertz|Milliwatts)\((.*)\)$", r"\1", value)
    if value == "INT64_MAX":
        return "any"
    if re.fullmatch(r"[\d *<]+", value):
        number = eval(value)  # digits, products and shifts alone
        if kind == "size":
            return as_size(number)
        if kind == "time":
            return as_time(number)
        if kind == "frequency":
            return f"{number // 10**6} MHz"
        return str(number)
    if re.fullmatch(r"[a-z]\w*\.\w+", value):  # the default of a member
        field = value.split(".")[1]
        member = re.search(r"\b" + field + r"(?: = |\{)([^;}]+)\}?;", (ROOT / "models/spec/platform.h").read_text())
        return plain(member.group(1), kind) if member and member.group(1) not in ("0", "256") else f"`{field}`"
    if re.fullmatch(r"([a-z]\w*\.)+\w+", value):
        return f"`{value.split('.')[-1]}` of the core type"
    return value


def choices_of(value):
    """Names, when they stand in the source as a list."""
    text = value if value.startswith("{") else constant(value) or ""
    if value.endswith("_names()"):
        for path in sorted((ROOT / "models" / "spec").glob("*.cpp")):
            body = body_of(path.read_text(), value[:-2])
            text = body if body and "return" in body and '"' in body else text
    return re.findall(r'"([^"]+)"', text)


def keys_of(source, function):
    body = body_of(source, function)
    if body is None:
        sys.exit(f"no function {function}")
    rows = {}
    lists = [(found.group(1), found.group(2), found.end(), end_of(body, found.end())) for found in EACH.finditer(body)]
    for found in sorted([*CALL.finditer(body), *OWN_CALL.finditer(body)], key=lambda found: found.start()):
        if found.re is CALL:
            receiver, kind, optional, key = found.groups()
        else:
            (kind, receiver, key), optional = found.groups(), None
        more = arguments(body, found.end()) if found.re is CALL else []
        fallback = more.pop(0) if optional == "_or" and more else ""
        limits = ""
        if kind == "choice":
            names = choices_of(more[0])
            limits = ", ".join(names) or "see configs.md"
            fallback = names[int(fallback)] if names and fallback.isdigit() else fallback
        elif len(more) >= 2:
            low, high = plain(more[0], kind), plain(more[1], kind)
            limits = low if low == high else f"{low} to {high}"
        if kind != "choice":
            fallback = plain(fallback, kind)
        # Where has("key") is asked first, the key may be absent.
        asked = re.search(r"has\(\"" + key + r"\"\)", body) or kind in ("tables", "strings") or optional == "_if"
        default = f"default {fallback}" if optional == "_or" and fallback not in ("", '""') else ""
        need = default or ("optional" if asked or optional == "_or" else "required")
        if need == "required" and re.search(r"\bcase \w", body[:found.start()]):
            need = "required by some kinds"
        inside = [each for variable, each, begin, end in lists if variable == receiver and begin <= found.start() < end]
        name = f"{receiver}.{key}" if receiver in ("schedule", "point") else f"{inside[-1]}.{key}" if inside else key
        rows.setdefault(name.replace("point.", "operating_point.", name.startswith("point.")), (KINDS.get(kind, kind), limits, need))
        if key == "frequency" and kind == "table":
            rows["frequency.<cluster>"] = ("frequency", "an operating point of the cluster", "default its highest")
    return rows


def fields_of(source):
    """JSON fields in the order of the source: json["a"]["b"], and the keys of braced objects."""
    names = []
    for found in re.finditer(r"\{\"([a-z0-9_]+)\",|\[\"([a-z0-9_]+)\"\]", source):
        name = found.group(1) or found.group(2)
        if name not in names:
            names.append(name)
    return names


def unit_of(name):
    if name.endswith("_gbytes_per_s"):
        return "GB/s"
    if name.endswith("images_per_s"):
        return "images/s"
    return UNITS.get(name.rsplit("_", 1)[-1], "")


def page():
    text = ["# Reference", "", "Written by `docs/reference.py` from the sources; what the keys mean is in [configs.md](configs.md).", ""]
    missing = []
    told = (ROOT / "docs" / "configs.md").read_text()
    for title, path, function in READERS:
        rows = keys_of((ROOT / path).read_text(), function)
        missing += [f"{path}: {function}: {key}" for key in rows if not re.search(r"\b" + re.escape(key.split(".")[-1].strip("<>")) + r"\b", told)]
        text += [f"## {title}", "", "| key | kind | limits | |", "|---|---|---|---|"]
        text += [f"| `{key}` | {kind} | {limits} | {need} |" for key, (kind, limits, need) in rows.items()]
        text.append("")
    for title, path in RESULTS:
        text += [f"## {title}", "", "| field | unit |", "|---|---|"]
        text += [f"| `{name}` | {unit_of(name)} |" for name in fields_of((ROOT / path).read_text())]
        text.append("")
    if missing:
        sys.exit("docs/configs.md does not tell of:\n" + "\n".join(missing))
    return "\n".join(text)


def main():
    if sys.argv[1:] == ["--check"]:
        if not OUT.exists() or OUT.read_text() != page():
            sys.exit("docs/reference.md is not what the sources say; run docs/reference.py")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        OUT.write_text(page())


if __name__ == "__main__":
    main()
