"""Whether what was read is the page's own, and what is kept of who the page is."""

from monitor.collect.session import FetchSession
from monitor.errors import IdentityChanged
from monitor.identity import Identity, Verdict, Witness, at_home, difference
from monitor.model import PageInfo
from monitor.store import PageRecord
from monitor.writer import PageCache


def testify(page: PageRecord, session: FetchSession, memory: PageCache) -> Witness:
    """Prepare a session to be judged by what is known of the page.

    Its configured address is always its own.
    """
    stored = at_home(memory.identity, page.url)
    session.memory = memory
    session.witness = Witness(stored=stored, platform=page.platform, refused=memory.other_identity)
    return session.witness


def require_own(
    page: PageRecord, session: FetchSession, witness: Witness, info: PageInfo | None
) -> None:
    """Raise IdentityChanged unless what an answer says of its page is the page's own.

    Where the answer came from counts too.
    """
    stored = witness.stored
    if witness.hear(info, session.hosts) is Verdict.ANOTHER:
        session.refused = witness.told
        raise identity_changed(page, stored, witness.told)


def identity_changed(page: PageRecord, stored: Identity, told: Identity) -> IdentityChanged:
    """Return the error that another page was read in the page's place."""
    return IdentityChanged(
        f"identity changed: {difference(stored, told)}; nothing of it is kept",
        url=page.url,
        page=page.slug,
        remedy=(
            f"run `monitor accept {page.slug}` if it is your vendor's page all the same, else"
            " correct its address"
        ),
    )


def recognised(session: FetchSession) -> tuple[Identity | None, Identity | None]:
    """Return what is to be kept of who the page is.

    That is what it is known by now, or the other page in its place.
    """
    memory = session.memory or PageCache(0)
    if session.refused is not None:
        return None, session.refused if session.refused != memory.other_identity else None
    if session.witness is None or not session.understood:
        return None, None
    known = session.witness.known
    is_new = known != memory.identity or memory.other_identity is not None
    return known if is_new else None, None
