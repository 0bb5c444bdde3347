"""Whether what was read is the page's own, and what is kept of who the page is."""

from typing import NamedTuple

from monitor.collect.session import FetchSession
from monitor.errors import IdentityChanged
from monitor.identity import Identity, at_home
from monitor.model import PageInfo
from monitor.store import PageRecord
from monitor.witness import PageMatch, Witness, difference
from monitor.writer import PageCache


class NewIdentities(NamedTuple):
    """What is to be kept of who the page is; None = nothing new."""

    own: Identity | None = None
    """What the page is known by now."""
    other: Identity | None = None
    """The other page that was read in its place."""


def start_witness(page: PageRecord, session: FetchSession, cache: PageCache) -> Witness:
    """Prepare a session to be judged by what is known of the page.

    Its configured address is always its own.
    """
    session.cache = cache
    session.witness = Witness(
        own=at_home(cache.identity, page.url), platform=page.platform, other=cache.other_identity
    )
    return session.witness


def require_own(
    page: PageRecord,
    session: FetchSession,
    witness: Witness,
    info: PageInfo | None,
) -> None:
    """Raise IdentityChanged unless what an answer says of its page is the page's own.

    Where the answer came from counts too.
    """
    own = witness.own
    if witness.hear(info, session.hosts) is PageMatch.ANOTHER:
        session.other_identity = witness.testimony
        raise identity_changed(page, own, witness.testimony)


def identity_changed(page: PageRecord, own: Identity, other: Identity) -> IdentityChanged:
    """Return the error that another page was read in the page's place."""
    return IdentityChanged(
        f"identity changed: {difference(own, other)}; nothing of it is kept",
        url=page.url,
        page=page.slug,
        remedy=(
            f"run `monitor accept {page.slug}` if it is your vendor's page all the same, else"
            " correct its address"
        ),
    )


def new_identities(session: FetchSession) -> NewIdentities:
    """Return what a session told of who the page is that is not kept yet."""
    cache = session.cache or PageCache(0)
    if session.other_identity is not None:
        is_new = session.other_identity != cache.other_identity
        return NewIdentities(other=session.other_identity if is_new else None)
    if session.witness is None or not session.is_understood:
        return NewIdentities()
    own = session.witness.identity
    is_new = own != cache.identity or cache.other_identity is not None
    return NewIdentities(own=own if is_new else None)
