"""How a report is written: its forms, and where it goes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rich.console import RenderableType

from exporters import report as reports
from monitor import answers
from monitor.cli.files import whole_file
from monitor.cli.options import ReportForm
from monitor.cli.paper import find_browser, pdf_of
from monitor.drawing import UNLIMITED, plain_lines, width
from monitor.errors import ConfigError
from monitor.runtime import Context
from monitor.spans import SpanChoice
from monitor.store import PageRecord
from monitor.terminal import binary_stdout, is_for_people, note, say_each

_SUFFIXES = {
    ".csv": ReportForm.CSV,
    ".htm": ReportForm.HTML,
    ".html": ReportForm.HTML,
    ".json": ReportForm.JSON,
    ".markdown": ReportForm.MARKDOWN,
    ".md": ReportForm.MARKDOWN,
    ".pdf": ReportForm.PDF,
    ".txt": ReportForm.TABLE,
}


@dataclass(frozen=True, slots=True)
class Way:
    """How a report is written, and into which file; None = standard output."""

    form: ReportForm
    file: Path | None = None

    @classmethod
    def of(cls, form: ReportForm | None, output: Path | None) -> "Way":
        """Return it as the options say. Raises ConfigError for a file whose name says no form, and
        for a PDF that nothing here could make or that would go to a terminal.
        """
        file = None if output == Path("-") else output
        if form is None:
            form = ReportForm.TABLE if file is None else _form_of(file)
        if form is ReportForm.PDF:
            if file is None and is_for_people():
                raise ConfigError("a PDF is no text: name a file with -o report.pdf")
            find_browser()
        return cls(form, file)

    @property
    def width(self) -> int:
        """How many characters fit on a line."""
        return width() if self.file is None else UNLIMITED

    @property
    def is_document(self) -> bool:
        """Whether it is a page to send or print."""
        return self.form in {ReportForm.HTML, ReportForm.PDF}


def _form_of(file: Path) -> ReportForm:
    form = _SUFFIXES.get(file.suffix.lower())
    if form is None:
        raise ConfigError(
            f"the name {file.name} does not say in which form to write: name it .html, .pdf, .md,"
            " .csv, .json or .txt, or give --format"
        )
    return form


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one page: the days are its own, so the same words may be other days at
    another one.
    """

    page: PageRecord
    query: answers.ReportQuery

    @classmethod
    def of(
        cls,
        page: PageRecord,
        query: answers.ReportQuery,
        choice: SpanChoice,
        *,
        by_month: bool = False,
    ) -> "Question":
        """Return the question about the days that were chosen, else about `query.window_days`.

        The spans are the months, quarters or years that were named; without any they are the whole
        window where a target is held against it, and `by_month` its months. Raises ConfigError for
        days that the page has not had.
        """
        today = query.today(page)
        window, spans = choice.window(today, query.window_days), choice.spans(today)
        if not spans:
            spans = (window,) if query.target is not None else ()
            spans += choice.months_of(window) if by_month else ()
        says_last = choice.last is not None or window.last < today
        as_of = window.last if says_last else None
        return cls(page, replace(query, window_days=window.days, as_of=as_of, spans=spans))

    @classmethod
    def of_each(
        cls,
        pages: Iterable[PageRecord],
        query: answers.ReportQuery,
        choice: SpanChoice,
        way: "Way",
    ) -> "list[Question]":
        """Return the question about each page, `by_month` in a document. Raises as `of` does."""
        return [cls.of(page, query, choice, by_month=way.is_document) for page in pages]

    @property
    def compares(self) -> bool:
        """Whether spans are to stand beside each other."""
        return len(self.query.spans) > 1

    @property
    def last_day(self) -> date:
        """The last day of the window."""
        return self.query.last_day(self.page)


def records(context: Context, questions: Iterable[Question]) -> Iterator[answers.Record]:
    """Yield the pages' records, each made when it is asked for."""
    for question in questions:
        page = question.page
        yield answers.record(context.store, page, context.vendors[page.slug], question.query)


def _of_all(query: answers.ReportQuery, questions: Iterable[Question]) -> answers.ReportQuery:
    """Return what is asked of all pages together: where their days differ, of the most days."""
    most = max((each.query.window_days for each in questions), default=query.window_days)
    return replace(query, window_days=most)


def write(
    context: Context,
    questions: Sequence[Question],
    query: answers.ReportQuery,
    way: Way,
    *,
    components: bool = True,
) -> None:
    """Write the pages' reports, one after another. `query` is what was asked of all of them.

    Where spans are compared, `components` have a row each. Raises ConfigError where the file cannot
    be written; there is no part of it then.
    """
    each_record = records(context, questions)
    parts = _parts(each_record, questions, query, way, components=components)
    if way.form is ReportForm.PDF:
        _write_bytes(pdf_of(plain_lines(parts)), way.file)
    elif way.file is None:
        say_each(parts)
    else:
        with whole_file(way.file) as file:
            for line in plain_lines(parts):
                file.write(f"{line}\n".encode())
    if way.file is not None:
        note(f"wrote {way.file}", kind="report")


def _write_bytes(content: bytes, path: Path | None) -> None:
    with binary_stdout() if path is None else whole_file(path) as file:
        file.write(content)


def _parts(
    each_record: Iterable[answers.Record],
    questions: Sequence[Question],
    query: answers.ReportQuery,
    way: Way,
    *,
    components: bool,
) -> Iterable[str | RenderableType]:
    if way.is_document:
        from exporters.report.html_form import html_lines  # late: other forms need no templates

        return html_lines(each_record, query)
    if way.form is ReportForm.JSON:
        last_days = [each.last_day for each in questions]
        return reports.json_lines(each_record, _of_all(query, questions), last_days)
    if way.form is ReportForm.CSV:
        return _csv_lines(each_record, questions)
    if any(each.compares for each in questions):
        return _beside_each_other(each_record, query, way, components=components)
    if way.form is ReportForm.MARKDOWN:
        return reports.markdown_lines(each_record)
    target_query = query if query.target is not None else None
    return reports.terminal_parts(each_record, width=way.width, query=target_query)


def _csv_lines(
    each_record: Iterable[answers.Record], questions: Sequence[Question]
) -> Iterator[str]:
    has_spans = any(each.query.spans for each in questions)
    return reports.csv_span_lines(each_record) if has_spans else reports.csv_lines(each_record)


def _beside_each_other(
    each_record: Iterable[answers.Record],
    query: answers.ReportQuery,
    way: Way,
    *,
    components: bool,
) -> Iterable[str | RenderableType]:
    if way.form is ReportForm.MARKDOWN:
        return reports.span_markdown(each_record, query, components=components)
    return reports.span_parts(each_record, query, components=components, width=way.width)
