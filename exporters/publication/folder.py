"""The folder that is published into: only what changed is written, only what we wrote is removed.

The manifest is written last. Until then a list beside it names the files that are new, so that
those of a run that broke off are known to be ours.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from exporters.publication.manifest import NAME, Entry, Manifest, read_manifest
from monitor.errors import ConfigError

NEW = ".vendorstatus-new"
"""Names the files that a run has made since the manifest was written, a line each."""


@dataclass(slots=True)
class Folder:
    """A folder that is ours. `earlier` is its manifest as it was, `files` are those of this run,
    `written` and `removed` count what was done.
    """

    root: Path
    earlier: Manifest
    new: set[str] = field(default_factory=set)
    files: dict[str, Entry] = field(default_factory=dict)
    written: int = 0
    removed: int = 0

    @classmethod
    def open(cls, root: Path) -> "Folder":
        """Return the folder, which is made where there is none.

        Raises ConfigError where it cannot be, and for one that holds anything that we did not
        write. Names that begin with a dot, such as `.git`, do not count.
        """
        try:
            root.mkdir(parents=True, exist_ok=True)
            content = _read(root / NAME)
            new = set((_read(root / NEW) or b"").decode().splitlines())
            names = sorted(each.name for each in root.iterdir() if not each.name.startswith("."))
        except OSError as error:
            raise _cannot("use", root, error) from error
        if content is not None:
            return cls(root, read_manifest(content), new)
        if names and not new:
            raise ConfigError(
                f"{root} holds other files ({names[0]}) and was not made by `monitor publish`; name"
                " an empty folder"
            )
        return cls(root, Manifest(), new)

    def put(self, path: str, content: bytes) -> None:
        """Have the folder hold this file, which is written if it does not yet.

        Raises ConfigError where it cannot be, and where a file is in the way that is not ours.
        """
        entry, file = Entry.of(content), self._place(path)
        if path in self.files and self.files[path] != entry:
            raise ValueError(f"{path} is published twice")
        self.files[path] = entry
        try:
            if _read(file) == content:
                self._note(path)
                return
            self._require_ours(path, file)
            self._note(path)
            _replace(file, content)
        except OSError as error:
            raise _cannot("write", file, error) from error
        self.written += 1

    def keep(self, path: str) -> bool:
        """Keep a file that was published before; False where it is not there any more."""
        entry, file = self.earlier.files.get(path), self._place(path)
        if entry is None or not file.is_file() or file.stat().st_size != entry.size_bytes:
            return False
        self.files[path] = entry
        return True

    def finish(self, about: Mapping[str, object]) -> None:
        """Remove what we wrote before and is not published any more, and write the manifest.

        Raises ConfigError where that cannot be done.
        """
        try:
            for path in sorted((self.earlier.files.keys() | self.new) - self.files.keys()):
                self._remove(path)
            content = Manifest(about, self.files).content
            if _read(self.root / NAME) != content:
                _replace(self.root / NAME, content)
            (self.root / NEW).unlink(missing_ok=True)
        except OSError as error:
            raise _cannot("change", self.root, error) from error

    def _place(self, path: str) -> Path:
        """Return where a file is. Raises ConfigError where a link leads out of the folder."""
        file = self.root.joinpath(*PurePosixPath(path).parts)
        if not file.parent.resolve().is_relative_to(self.root.resolve()):
            raise ConfigError(f"{file.parent} is a link that leads out of {self.root}; remove it")
        return file

    def _require_ours(self, path: str, file: Path) -> None:
        is_there = file.exists() or file.is_symlink()
        if is_there and path not in self.earlier.files and path not in self.new:
            raise ConfigError(f"{file} is in the way, and not ours; move it or name another folder")

    def _note(self, path: str) -> None:
        """Write down that a file is ours, before it is there."""
        if path in self.earlier.files or path in self.new:
            return
        self.new.add(path)
        with (self.root / NEW).open("a", encoding="utf-8") as names:
            names.write(f"{path}\n")

    def _remove(self, path: str) -> None:
        file = self._place(path)
        if not file.is_file():
            return
        file.unlink()
        self.removed += 1
        with suppress(OSError):
            for parent in file.parents:
                if parent == self.root:
                    return
                parent.rmdir()


def _read(file: Path) -> bytes | None:
    """Return a file's content; None = there is none."""
    return file.read_bytes() if file.is_file() else None


def _replace(file: Path, content: bytes) -> None:
    """Write a file so that nobody finds half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _cannot(what: str, path: Path, error: OSError) -> ConfigError:
    return ConfigError(f"cannot {what} {path}: {error.strerror or error}")
