"""The dataset: tables of each vendor and month as CSV, JSON lines and Parquet.

The files of a closed month stay as they were first published. Where the vendor's record of that
month has changed since, a further edition is published beside them, in a folder of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from io import BytesIO

from exporters import tables
from exporters.history_query import HistoryQuery
from exporters.publication.folder import Folder
from exporters.publication.manifest import Entry
from exporters.publication.months import Month
from exporters.publication.scope import Scope
from exporters.tables import Extract, Format, Row, Table
from monitor.store import PageRecord

ROOT = "data"
TABLES = ("days", "windows", "intervals", "incidents")
"""Without what we observed ourselves, which is long and says nothing more of a day."""

TEXTS = "incident_updates"
"""The table of vendors' prose."""


def forms() -> list[Format]:
    """Return the forms beside JSON that can be written here: Parquet needs pyarrow."""
    has_parquet = find_spec("pyarrow") is not None
    return [Format.CSV, Format.PARQUET] if has_parquet else [Format.CSV]


def table_names(scope: Scope) -> list[str]:
    """Return the tables that are published."""
    return [*TABLES, TEXTS] if scope.has_texts else [*TABLES]


@dataclass(frozen=True, slots=True)
class DataMonth:
    """A month of a vendor."""

    scope: Scope
    page: PageRecord
    month: Month

    @property
    def name(self) -> str:
        """The folder of its first edition."""
        return f"{ROOT}/{self.page.slug}/{self.month}"

    @property
    def is_closed(self) -> bool:
        """Whether its files are there to stay."""
        return self.month.is_closed(self.scope.today(self.page))

    def rows(self) -> Iterator[tuple[Table, list[Row]]]:
        """Yield each table with its rows."""
        extract = self._extract()
        whole = replace(extract, query=replace(extract.query, components="none"))
        for name in table_names(self.scope):
            table = tables.TABLES[name]
            # The windows of components would be most of the dataset, and follow from their days.
            yield table, list(table.rows(whole if name == "windows" else extract))

    def _extract(self) -> Extract:
        window = self.month.window(self.scope.today(self.page))
        query = HistoryQuery(
            now=self.scope.now,
            since=window.first,
            until=window.last,
            policy=self.scope.site.policy(),
        )
        vendor = self.scope.vendors[self.page.slug]
        return tables.read(self.scope.store, self.page, vendor, query)


def data_months(scope: Scope) -> list[DataMonth]:
    """Return every month of every vendor."""
    months = []
    for page in scope.pages():
        months += [DataMonth(scope, page, month) for month in scope.months_of(page)]
    return months


class Dataset:
    """The tables in a folder. `closed` are the editions that are there to stay, by their
    folders.
    """

    def __init__(self, scope: Scope, folder: Folder) -> None:
        self._folder = folder
        self._forms = forms()
        self.closed: set[str] = set()
        self._carry(scope)

    def add(self, month: DataMonth) -> None:
        """Have the folder hold a month: as it is, and if it is closed as it was, too."""
        rows = list(month.rows())
        lines = [written(Format.JSON, table, own) for table, own in rows]
        edition = self._edition(month, rows, lines)
        for (table, own), json_lines in zip(rows, lines, strict=True):
            self._folder.put(f"{edition}/{table.name}{Format.JSON.suffix}", json_lines)
            for form in self._forms:
                path = f"{edition}/{table.name}{form.suffix}"
                if edition not in self.closed or not self._folder.keep(path):
                    self._folder.put(path, written(form, table, own))
        if month.is_closed:
            self.closed.add(edition)

    def _carry(self, scope: Scope) -> None:
        """Keep the closed editions of the vendors that are published, whichever months are."""
        names = table_names(scope)
        listed = self._folder.earlier.about.get("closed", ())
        before = {str(each) for each in listed} if isinstance(listed, list) else set()
        for path in self._folder.earlier.files:
            edition, _, file = path.rpartition("/")
            is_wanted = file.partition(".")[0] in names and path.split("/")[1] in scope.vendors
            if edition in before and is_wanted and self._folder.keep(path):
                self.closed.add(edition)

    def _edition(
        self, month: DataMonth, rows: Sequence[tuple[Table, list[Row]]], lines: Sequence[bytes]
    ) -> str:
        """Return the folder of a month: that of its last closed edition if it says the same."""
        number = 1
        while _edition_name(month.name, number + 1) in self.closed:
            number += 1
        edition = _edition_name(month.name, number)
        if edition not in self.closed:
            return edition
        for (table, _), json_lines in zip(rows, lines, strict=True):
            before = self._folder.files.get(f"{edition}/{table.name}{Format.JSON.suffix}")
            if before is not None and before != Entry.of(json_lines):
                return _edition_name(month.name, number + 1)
        return edition


def _edition_name(name: str, number: int) -> str:
    return name if number == 1 else f"{name}.{number}"


def written(form: Format, table: Table, rows: Sequence[Row]) -> bytes:
    """Return a table as a file. The same rows give the same bytes."""
    file = BytesIO()
    sink = tables.sink(form, file, table)
    for row in rows:
        sink.add(row)
    sink.close()
    return file.getvalue()
