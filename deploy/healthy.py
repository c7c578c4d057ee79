"""The health of a container: `/healthz` of the web process inside, asked under the name that the forum answers to."""

import http.client
import os
import sys
from urllib.parse import urlsplit


def is_healthy() -> bool:
    port = int(os.environ.get("PORT") or 5000)
    known_by = urlsplit(os.environ.get("BASE_URL") or "").netloc or f"127.0.0.1:{port}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": known_by})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(not is_healthy())
