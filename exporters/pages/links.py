"""The addresses on a page, each relative to the page it stands on. Pure.

So they lead to the right place below any path of a proxy, and in a folder that was published.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


def incident_key(incident_id: str) -> str:
    """Return what stands for an incident in addresses and file names: its id, else a digest of it
    after a `~`, since some pages have whole addresses as ids.
    """
    if _PLAIN_KEY.fullmatch(incident_id):
        return incident_id
    digest = hashlib.sha256(incident_id.encode(errors="surrogatepass"))
    return f"~{digest.hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses as they are written on the page at `place`, which has no slash at its ends; ""
    is the root.

    A page that is served has the address `/v/x`; one that is published is the file
    `v/x/index.html`, and is linked as `v/x/`. What is published takes no question: parameters are
    left out there, and nothing may be offered that needs them (`takes_questions`).
    """

    place: str = ""
    published: bool = False

    @property
    def takes_questions(self) -> bool:
        """Whether an address can have parameters."""
        return not self.published

    def home(self, **question: object) -> str:
        """Return the address of what is now."""
        return self.page("", question.items())

    def vendor(self, slug: str, **question: object) -> str:
        """Return the address of a vendor."""
        return self.page(f"v/{_part(slug)}", question.items())

    def component(self, slug: str, component: str, **question: object) -> str:
        """Return the address of a component, by its slug."""
        return self.page(f"v/{_part(slug)}/{_part(component)}", question.items())

    def day(self, slug: str, day: date, **question: object) -> str:
        """Return the address of a vendor's day."""
        return self.page(f"v/{_part(slug)}/day/{day.isoformat()}", question.items())

    def kept_answer(self, slug: str, day: date, sha256: str) -> str | None:
        """Return the address of an answer that is kept behind a day; None = what is published has
        none.
        """
        if self.published:
            return None
        return self.file(f"v/{_part(slug)}/day/{day.isoformat()}/answers/{_part(sha256)}")

    def incident(self, slug: str, incident_id: str, **question: object) -> str:
        """Return the address of an incident, by the id that its page gives it."""
        key = _part(incident_key(incident_id))
        return self.page(f"v/{_part(slug)}/incident/{key}", question.items())

    def window(self, slug: str, days: int, last: date) -> str:
        """Return the lasting address of a vendor's figure over so many days."""
        return self.page(f"v/{_part(slug)}/{days}d/{last.isoformat()}")

    def component_window(self, slug: str, component: str, days: int, last: date) -> str:
        """Return the lasting address of a component's figure over so many days."""
        return self.page(f"v/{_part(slug)}/{_part(component)}/{days}d/{last.isoformat()}")

    def compare(self, *slugs: str, **question: object) -> str:
        """Return the address of a comparison of these vendors."""
        vendors = (("v", slug) for slug in slugs)
        return self.page("compare", [*vendors, *question.items()])

    def changes(self, **question: object) -> str:
        """Return the address of what vendors changed after the fact."""
        return self.page("changes", question.items())

    def ranking(self) -> str:
        """Return the address of the ranking, which is only published."""
        return self.page("ranking")

    def maintenance(self, **question: object) -> str:
        """Return the address of announced work."""
        return self.page("maintenance", question.items())

    def stacks(self) -> str:
        """Return the address of all stacks."""
        return self.page("stacks")

    def stack(self, name: str, **question: object) -> str:
        """Return the address of a stack."""
        return self.page(f"stacks/{_part(name)}", question.items())

    def search(self, **question: object) -> str:
        """Return the address of the search."""
        return self.page("search", question.items())

    def definitions(self, key: str = "") -> str:
        """Return the address of the definitions, or of one of them."""
        return self.page("definitions") + (f"#{_part(key)}" if key else "")

    def style(self) -> str:
        """Return the address of the stylesheet."""
        return self.file("style.css")

    def feed(self, slug: str | None = None, form: str = "atom") -> str:
        """Return the address of a vendor's feed, or of everything's."""
        return self.file(f"feeds/{_whose(slug)}.{form}")

    def calendar(self, slug: str | None = None) -> str:
        """Return the address of a vendor's calendar of maintenances, or of everything's."""
        return self.file(f"calendar/{_whose(slug)}.ics")

    def badge(self, slug: str, metric: str | None = None) -> str:
        """Return the address of a badge: of the level now, or of a metric."""
        if metric is None:
            return self.file(f"badge/{_part(slug)}.svg")
        if self.published:
            return self.file(f"badge/{_part(slug)}/{_part(metric)}.svg")
        return self.file(f"badge/{_part(slug)}.svg?{urlencode({'metric': metric})}")

    def api(self, resource: str, **question: object) -> str | None:
        """Return the address of a resource of the API, such as `vendors/x`; None = there is no API
        in what is published.
        """
        if self.published:
            return None
        query = urlencode(question)
        return self.file(f"api/v1/{resource}" + (f"?{query}" if query else ""))

    def page(self, address: str, question: Iterable[tuple[str, object]] = ()) -> str:
        """Return the address of a page whose own, below the root, is quoted."""
        if self.published:
            return f"{self._up}{address}/" if address else self._up or "./"
        query = urlencode([*question])
        return (f"{self._up}{address}" or "./") + (f"?{query}" if query else "")

    def file(self, address: str) -> str:
        """Return the address of anything else whose own, below the root, is quoted."""
        return f"{self._up}{address}"

    @property
    def _up(self) -> str:
        """The way from the page to the root."""
        if not self.place:
            return ""
        return "../" * (self.place.count("/") + self.published)


def _part(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _whose(slug: str | None) -> str:
    return "all" if slug is None else f"vendor/{_part(slug)}"
