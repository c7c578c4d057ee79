"""The WSGI entry."""

import os
import sys

from app import create_app
from app.config import ConfigError

# What a forum or a command of it writes is for its own user alone: SQLite makes its file as any program would.
os.umask(0o077)

try:
    app = create_app()
except ConfigError as error:
    print(error, file=sys.stderr)
    raise SystemExit(2) from None
