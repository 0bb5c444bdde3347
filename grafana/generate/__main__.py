"""Write the dashboards: ``python -m grafana.generate``."""

from pathlib import Path

from grafana.generate import dashboards

FOLDER = Path(__file__).parents[1] / "dashboards"


def main() -> None:
    """Write every dashboard, and remove what is no longer one."""
    texts = dashboards()
    for path in FOLDER.glob("*.json"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
