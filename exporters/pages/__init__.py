"""Pages for people: how vendors are and were, as HTML without a script, served or published.

To add a page, `definitions` being the smallest example:

1. `thing_view.py`, pure: small frozen dataclasses made of what `monitor.answers` says. It decides
   no level and no figure; days become cells by `exporters.cells`, instants become text by `times`.
2. `thing.py`: `thing_page(visit) -> Page`, which asks the store, makes the view and names the
   template, and `THING = PageKind(path, thing_page)`; add that to `PAGES` in `routes.py`.
   Raise `NotThere` or let `NoSuchVendor` and `StoreError` pass: they are answered as pages.
3. `templates/thing.html` extends `base.html` and imports its macros from `parts.html`. Every
   address comes from `links` (`links.py`), so that it is right below a proxy and in a folder.
4. A page for the header adds itself to `navigation.ENTRIES`, in the order in which it is shown.
5. Rules for its parts go into `style.css`; no style or script stands in a template.
6. pyproject.toml has the layers of this package: a line for each of the two modules.
7. `tests/test_pages_thing.py` asks through `pages_world.get`, which checks what all pages promise.
"""

from exporters.pages.routes import page_routes
from exporters.pages.visits import Site

__all__ = ("Site", "page_routes")
