"""A kiosk's part of a test: tells each gallery that it comes to see, as it polls the revision.

python watcher.py HOME MODEL
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from enroll.vault import Vault
from ledger.home import open_home


def main():
    with Vault.open(open_home(Path(sys.argv[1]))) as vault:
        revision = None
        while True:
            if vault.revision() != revision:
                revision = vault.revision()
                gallery = vault.gallery(sys.argv[2], strict=False)
                told = {"at": time.time(), "pseudonyms": list(gallery.pseudonyms)}
                sys.stdout.write(json.dumps(told) + "\n")
                sys.stdout.flush()
            time.sleep(0.2)


main()
