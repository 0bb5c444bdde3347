"""How long exporting takes: 1,000 vendors x 30 components x 90 days. ``python -m bench.export
[VENDORS [NAME]]``.

Every export runs in a process of its own, so that the peak memory is its own. Beside it the peak
for a tenth of the vendors: what grows with their number would show there. Remote write's requests
are made and not sent.
"""

import multiprocessing
import random
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench.rebuild import COMPONENTS, DAYS, NOW, evidence
from exporters import remote_write, tables
from exporters import report as reports
from exporters.daily import vendor_series
from exporters.history_query import HistoryQuery
from exporters.openmetrics import SETTLED, OpenMetricsFile
from monitor import answers
from monitor.config import VendorConfig
from monitor.store import PageSpec, Store
from monitor.writer import derive_page

LABELS = {"job": "vendorstatus"}


def vendors(count: int) -> dict[str, VendorConfig]:
    return {
        f"v{n}": VendorConfig(slug=f"v{n}", name=f"V {n}", url=f"https://v{n}.example/")
        for n in range(count)
    }


def fill(folder: Path, count: int) -> None:
    rng = random.Random(1)
    with Store.open(f"sqlite:///{folder / 'bench.db'}") as store:
        store.sync_pages(
            [PageSpec(slug=v.slug, name=v.name, url=v.url) for v in vendors(count).values()],
            now=NOW,
        )
        settings = vendors(count)
        for page in store.pages():
            store.save(page.id, evidence(rng), now=NOW, max_gap_seconds=900)
            derive_page(
                store,
                page,
                settings[page.slug],
                first=(NOW - timedelta(days=DAYS - 1)).date(),
                now=NOW,
            )


def asked(**changes) -> HistoryQuery:
    return HistoryQuery(now=NOW + timedelta(hours=8), days=DAYS, **changes)


def openmetrics(store, settings, pages, folder, **changes):
    question = asked(settled=SETTLED, **changes)
    path = folder / "history.om"
    with OpenMetricsFile(path, LABELS, question.now) as file:
        for page in pages:
            for series in vendor_series(store, page, settings[page.slug], question):
                file.add(series)
        file.finish()
    return file.totals.samples, path.stat().st_size


def openmetrics_vendors(store, settings, pages, folder):
    return openmetrics(store, settings, pages, folder, components="none")


def remote(store, settings, pages, _folder):
    samples = size = 0
    question = asked()
    for page in pages:
        series = vendor_series(store, page, settings[page.slug], question)
        for batch in remote_write.batches(series, LABELS, now=question.now.timestamp()):
            samples, size = samples + batch.samples, size + len(batch.body)
    return samples, size


def table(form, name):
    def export(store, settings, pages, folder):
        path, rows = folder / name, 0
        with path.open("wb") as file:
            target = tables.sink(form, file, tables.TABLES[name])
            for page in pages:
                for row in tables.TABLES[name].rows(
                    tables.read(store, page, settings[page.slug], asked())
                ):
                    target.add(row)
                    rows += 1
            target.close()
        return rows, path.stat().st_size

    return export


def report(lines):
    """`monitor report`, whose lines are counted and not printed."""

    def write(store, settings, pages, _folder):
        query = answers.ReportQuery(now=NOW + timedelta(hours=8))
        records = (answers.record(store, page, settings[page.slug], query) for page in pages)
        count = size = 0
        for line in lines(records, query, [query.last_day(page) for page in pages]):
            count, size = count + 1, size + len(line) + 1
        return count, size

    return write


EXPORTS = {
    "report --format json": report(reports.json_lines),
    "report --format csv": report(lambda records, *_: reports.csv_lines(records)),
    "openmetrics": openmetrics,
    "openmetrics, vendors only": openmetrics_vendors,
    "remote-write, without sending": remote,
    "csv, days": table(tables.Format.CSV, "days"),
    "csv, windows": table(tables.Format.CSV, "windows"),
    "parquet, days": table(tables.Format.PARQUET, "days"),
    "parquet, windows": table(tables.Format.PARQUET, "windows"),
}


def run(name: str, folder: Path, count: int, part: int, answers) -> None:
    began = time.process_time()
    with Store.open(f"sqlite:///{folder / 'bench.db'}") as store:
        things, size = EXPORTS[name](store, vendors(count), store.pages()[:part], folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.put((things, size, time.process_time() - began, peak))


def measured(name: str, folder: Path, count: int, part: int):
    spawn = multiprocessing.get_context("spawn")
    answers = spawn.Queue()
    process = spawn.Process(target=run, args=(name, folder, count, part, answers))
    process.start()
    answer = answers.get()
    process.join()
    return answer


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, count)
        print(f"{count} vendors x {COMPONENTS} components x {DAYS} days")
        print(
            f"{'':30} {'samples, rows':>14} {'size':>9} {'CPU':>8} {'peak':>7}"
            f" {'a tenth: peak':>14}"
        )
        for export in [each for each in EXPORTS if not sys.argv[2:] or sys.argv[2] in each]:
            _, _, _, small = measured(export, folder, count, max(1, count // 10))
            things, size, seconds, peak = measured(export, folder, count, count)
            row = (
                f"{things:14,} {size / 1e6:6.0f} MB {seconds:6.1f} s {peak:4.0f} MB"
                f" {small:11.0f} MB"
            )
            print(f"{export:30} {row}", flush=True)


if __name__ == "__main__":
    main()
