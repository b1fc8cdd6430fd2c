"""Writes the table of settings into README.md, from the settings themselves: `make settings`."""

import re
from pathlib import Path

from monitor.cli.settings_table import settings_table

README = Path(__file__).parent.parent / "README.md"
TABLE = re.compile(r"(?<=renews it -->\n).*?(?=<!-- /settings -->)", re.DOTALL)

if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    README.write_text(TABLE.sub(lambda _: settings_table(), text), encoding="utf-8")
