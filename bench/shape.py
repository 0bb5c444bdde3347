"""Measure the shape of the code: file length, complexity, density, comprehensions and names.

Prints one row a measure, as measured and as wanted, then the longest files and functions. With `--list`
each file, function, line and name that a measure counts is printed too, so that it can be mended.
`python -m bench.shape [--list] [FOLDER or FILE ...]`; without folders it is `monitor exporters`.
The catalogue and the migrations are left out: they are data and history.
"""

import argparse
import ast
import io
import statistics
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST_FILE = 400
LONGEST_LINE = 100
COMPLEX = 10
TOO_COMPLEX = 15
LISTED = 5

BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.Assert,
    ast.match_case,
)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

IRREGULAR = frozenset(
    """
    begun bound brought built caught chosen done drawn driven fallen felt forgotten found given gone
    grown heard held hidden kept known laid led left lost made meant met paid put said seen sent set
    shown sold sought spent spoken stood sunk sworn taken taught thought told torn understood won
    worn written
    """.split()  # noqa: SIM905
)
"""Participles that do not end in -ed."""
NOUNS = frozenset(
    "bed breed creed deed embed feed greed kid need red reed seed shed speed weed".split()  # noqa: SIM905
)
"""Words in -ed that are no participles."""
LAYOUT = frozenset(
    {
        tokenize.COMMENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
        tokenize.INDENT,
        tokenize.NEWLINE,
        tokenize.NL,
    }
)


@dataclass(frozen=True)
class Function:
    """A function or method: where it is, how long it is and how many ways lead through it."""

    path: Path
    line: int
    name: str
    lines: int
    complexity: int


@dataclass(frozen=True)
class File:
    """One module's measures."""

    path: Path
    lines: int
    code_lines: int
    tokens: int
    long_lines: tuple[int, ...]
    functions: tuple[Function, ...]
    comprehensions: int
    nested: tuple[int, ...]
    names: int
    participles: tuple[tuple[int, str], ...]


def complexity(function: ast.AST) -> int:
    """Return the cyclomatic complexity as radon counts it: and/or and comprehensions included."""
    ways = 1
    for node in ast.walk(function):
        if isinstance(node, BRANCHES):
            ways += 1
        elif isinstance(node, ast.BoolOp):
            ways += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            ways += 1 + len(node.ifs)
    return ways


def is_participle(name: str) -> bool:
    """Say whether a name is one word and that word is a participle, such as told or kept."""
    word = name.strip("_").lower()
    return word in IRREGULAR or (word.endswith("ed") and word.isalpha() and word not in NOUNS)


def measure(path: Path) -> File:
    """Return the measures of one module."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    code_lines, tokens = _density(text)
    names = list(_bindings(tree))
    lines = text.splitlines()
    return File(
        path=path,
        lines=len(lines),
        code_lines=code_lines,
        tokens=tokens,
        long_lines=tuple(n for n, line in enumerate(lines, 1) if len(line) > LONGEST_LINE),
        functions=tuple(_functions(path, tree)),
        comprehensions=sum(isinstance(node, COMPREHENSIONS) for node in ast.walk(tree)),
        nested=tuple(_nested(tree)),
        names=len(names),
        participles=tuple((line, name) for line, name in names if is_participle(name)),
    )


def _density(text: str) -> tuple[int, int]:
    """Return the lines that hold code and the tokens on them; docstrings and comments are neither."""
    lines = set()
    tokens = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in LAYOUT or token.line.lstrip().startswith(('"""', 'r"""')):
            continue
        tokens += 1
        lines.add(token.start[0])
    return len(lines), tokens


def _functions(path: Path, tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Function(path, node.lineno, node.name, lines, complexity(node))


def _nested(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, COMPREHENSIONS):
            inner = (
                isinstance(below, COMPREHENSIONS) for below in ast.walk(node) if below is not node
            )
            if len(node.generators) > 1 or any(inner):
                yield node.lineno


def _bindings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every place where a name is given: variables, arguments, functions, classes, fields."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.lineno, node.name


def modules(roots: Sequence[Path]) -> list[Path]:
    """Return the modules under the folders, without migrations."""
    found = set()
    for root in roots:
        found |= {root} if root.is_file() else set(root.rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def rows(files: Sequence[File]) -> list[tuple[str, str, str]]:
    """Return the table: what is measured, what it is, what it is to be."""
    functions = [function for file in files for function in file.functions]
    lengths = [file.lines for file in files]
    lines = sum(lengths)
    code_lines = sum(file.code_lines for file in files)
    names = sum(file.names for file in files)
    complexities = [function.complexity for function in functions]
    long_lines = sum(len(file.long_lines) for file in files)
    comprehensions = sum(file.comprehensions for file in files)
    participles = sum(len(file.participles) for file in files)
    return [
        ("files", str(len(files)), ""),
        ("lines", f"{lines:,}", ""),
        ("lines of code", f"{code_lines:,}", ""),
        ("median file", f"{statistics.median(lengths):.0f}", "<= 160"),
        ("files over 400 lines", str(sum(n > LONGEST_FILE for n in lengths)), "<= 6"),
        ("mean complexity", f"{statistics.mean(complexities or [0]):.2f}", "<= 3.0"),
        ("functions over 10", str(sum(n > COMPLEX for n in complexities)), "<= 15"),
        ("functions over 15", str(sum(n > TOO_COMPLEX for n in complexities)), "0"),
        ("tokens a code line", f"{sum(file.tokens for file in files) / code_lines:.2f}", "<= 8.5"),
        ("lines over 100 columns", str(long_lines), "0"),
        ("comprehensions a 1,000 code lines", f"{1000 * comprehensions / code_lines:.1f}", "<= 20"),
        ("nested comprehensions", str(sum(len(file.nested) for file in files)), "0"),
        ("names that are bare participles", f"{participles / max(names, 1):.1%}", "< 1 %"),
    ]


def offenders(files: Sequence[File]) -> Iterator[str]:
    """Yield each place that a measure counts against the code."""
    for file in files:
        if file.lines > LONGEST_FILE:
            yield f"{file.path}: {file.lines} lines"
        for function in file.functions:
            if function.complexity > COMPLEX:
                yield f"{file.path}:{function.line}: {function.name} has complexity {function.complexity}"
        for line in file.long_lines:
            yield f"{file.path}:{line}: over {LONGEST_LINE} columns"
        for line in file.nested:
            yield f"{file.path}:{line}: nested comprehension"
        for line, name in file.participles:
            yield f"{file.path}:{line}: {name} is a bare participle"


def main() -> None:
    """Print the table and the longest files and functions."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--list", action="store_true", help="print each place that counts")
    parser.add_argument("paths", nargs="*", type=Path, default=[Path("monitor"), Path("exporters")])
    options = parser.parse_args()
    files = [measure(path) for path in modules(options.paths)]
    for name, value, wanted in rows(files):
        print(f"{name:36} {value:>9}  {wanted}")
    print("longest files")
    for file in sorted(files, key=lambda file: -file.lines)[:LISTED]:
        print(f"  {file.lines:5}  {file.path}")
    print("longest functions")
    functions = [function for file in files for function in file.functions]
    for function in sorted(functions, key=lambda function: -function.lines)[:LISTED]:
        print(f"  {function.lines:5}  {function.path}:{function.line} {function.name}")
    if options.list:
        print(*offenders(files), sep="\n")


if __name__ == "__main__":
    main()
