"""How the libraries that only some commands need are installed. Pure."""


def install_hint(extra: str) -> str:
    """Return how to install an extra of ours, from the checkout or the wheel one has."""
    return (
        f"run pip install '.[{extra}]' in a checkout of vendorstatus, or pip install"
        f" './vendorstatus-VERSION-py3-none-any.whl[{extra}]' with its wheel"
    )
