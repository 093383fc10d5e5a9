# SPDX-License-Identifier: Apache-2.0
"""The rules of the folders, checked over a source tree: includes follow layers.txt, outside libraries stay in the
folders of libraries.txt, CMake targets link what their files include, and every source says its licence.

check(root) returns the violations as "file:line: what is wrong"; an empty list is a clean tree.
"""

import dataclasses
import pathlib
import re

SOURCES = {".cpp", ".h"}
LICENSED = {".cpp", ".h", ".sv", ".svh", ".py", ".sh", ".cmake"}
SKIPPED_FOLDERS = {"build", "out", ".git", "__pycache__"}
LICENCE = "SPDX-License-Identifier: Apache-2.0"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
LAYER_CALL = re.compile(r"tandem_layer\(\s*(\w+)([^)]*)\)")
# In two pieces, so that this file does not violate its own rule.
MACHINE_PATH = re.compile(r"(?<![\w.])/" + r"(work|home/\w+|root)/")


@dataclasses.dataclass
class Layer:
    folder: str
    target: str
    allowed: set[str]


@dataclasses.dataclass
class Library:
    name: str
    header: re.Pattern
    targets: set[str]
    folders: list[str]

    def allows(self, folder):
        return any(folder == f or folder.startswith(f + "/") for f in self.folders)


def rows(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if line:
            head, _, tail = line.partition(" :")
            yield f"{path.name}:{number}", head.split(), tail.split()


def read_layers(path):
    layers = {head[0]: Layer(head[0], head[1], set(tail)) for _, head, tail in rows(path)}
    for layer in layers.values():
        for pattern in [a for a in layer.allowed if a.endswith("/*")]:
            layer.allowed.remove(pattern)
            layer.allowed.update(f for f in layers if f.startswith(pattern[:-1]))
    return layers


def read_libraries(path):
    return [Library(head[0], re.compile(head[1]), set(head[2].split(",")), tail) for _, head, tail in rows(path)]


def table_problems(layers):
    """Names that are no layer, and circles."""
    problems = []
    for layer in layers.values():
        for name in sorted(layer.allowed - layers.keys()):
            problems.append(f"layers.txt: {layer.folder}: {name} is no layer")
    below = set()
    remaining = dict(layers)
    while remaining:
        ready = [f for f, layer in remaining.items() if (layer.allowed & layers.keys()) <= below]
        if not ready:
            problems.append("layers.txt: these layers form a circle: " + ", ".join(sorted(remaining)))
            break
        below.update(ready)
        for folder in ready:
            del remaining[folder]
    return problems


def layer_of(path, layers):
    """The layer a file or an include belongs to: the longest folder that has a row."""
    parts = path.split("/")[:-1]
    while parts:
        if "/".join(parts) in layers:
            return layers["/".join(parts)]
        parts.pop()
    return None


def files(root, suffixes=None):
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if SKIPPED_FOLDERS.isdisjoint(relative.parts) and path.is_file() and not path.is_symlink():
            if suffixes is None or path.suffix in suffixes:
                yield path, relative.as_posix()


def include_problems(root, layers, libraries, linked):
    problems = []
    for path, name in files(root, SOURCES):
        top = name.split("/")[0]
        layer = layer_of(name, layers)
        if top in ("models", "dse", "sim") and layer is None:
            problems.append(f"{name}:1: stands in no layer of layers.txt")
            continue
        folder = name.rpartition("/")[0]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quoted, header = match[1] == '"', match[2]
            place = f"{name}:{number}: includes {header}"
            for library in libraries:
                if library.header.search(header) and not library.allows(folder):
                    problems.append(f"{place}: {library.name} is only for {', '.join(library.folders)}")
            if header.startswith(("models/", "dse/", "sim/")):
                target = layer_of(header, layers)
                if target is None:
                    problems.append(f"{place}: that is no layer of layers.txt")
                elif layer is not None and target is not layer:
                    if target.folder not in layer.allowed:
                        problems.append(f"{place}: {layer.folder} may not include {target.folder}")
                    elif target.target != "-" and target.target not in linked.get(layer.target, {target.target}):
                        problems.append(f"{place}: CMake target {layer.target} does not link {target.target}")
                elif layer is None and top in ("models", "dse", "sim", "rtl"):
                    problems.append(f"{place}: {top} has no row in layers.txt")
            elif quoted and (path.parent / header).exists():
                problems.append(f"{place}: give the path from the root of the tree")
            if folder.startswith(("tests/unit", "tests/fuzz")) and header.startswith("sim/"):
                problems.append(f"{place}: {folder} tests models and dse only")
    return problems


def read_links(root, layers):
    """What CMake says: target -> the targets it links itself, with the place."""
    links = {}
    for folder, layer in layers.items():
        path = root / folder / "CMakeLists.txt"
        if layer.target == "-" or not path.exists():
            continue
        call = LAYER_CALL.search(path.read_text())
        if call:
            links[folder] = (call[1], call[2].split())
    return links


def closure(links, layers):
    direct = {target: set(names) for target, names in links.values()}
    reached = {}
    for target in direct:
        seen, todo = set(), [target]
        while todo:
            for name in direct.get(todo.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    todo.append(name)
        reached[target] = seen
    return reached


def link_problems(layers, libraries, links):
    problems = []
    by_target = {layer.target: layer for layer in layers.values() if layer.target != "-"}
    for folder, (target, names) in links.items():
        place = f"{folder}/CMakeLists.txt:1"
        layer = layers[folder]
        if target != layer.target:
            problems.append(f"{place}: makes {target}, layers.txt says {layer.target}")
        for name in names:
            if name in by_target and by_target[name].folder not in layer.allowed:
                problems.append(f"{place}: {target} may not link {name}")
            for library in libraries:
                if name in library.targets and not library.allows(folder):
                    problems.append(f"{place}: {library.name} is only for {', '.join(library.folders)}")
    return problems


def text_problems(root):
    problems = []
    for path, name in files(root):
        data = path.read_bytes()
        if b"\0" in data[:8192]:
            continue
        lines = data.decode("utf-8", errors="replace").splitlines()
        licensed = path.suffix in LICENSED or path.name == "CMakeLists.txt" or lines[:1] == ["#!/usr/bin/env bash"]
        if licensed:
            first = lines[1:2] if lines and lines[0].startswith("#!") else lines[:1]
            if not first or LICENCE not in first[0]:
                problems.append(f"{name}:1: the first line must be the comment {LICENCE}")
        for number, line in enumerate(lines, 1):
            if MACHINE_PATH.search(line):
                problems.append(f"{name}:{number}: holds a path of one machine")
    return problems


def check(root, tables=None):
    tables = tables or root / "tests" / "architecture"
    layers = read_layers(tables / "layers.txt")
    libraries = read_libraries(tables / "libraries.txt")
    links = read_links(root, layers)
    return (
        table_problems(layers)
        + link_problems(layers, libraries, links)
        + include_problems(root, layers, libraries, closure(links, layers))
        + text_problems(root)
    )
