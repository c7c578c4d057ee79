"""The page after a taken form tells the browser that its kept draft is not needed any more."""

from werkzeug.wrappers import Response

FOR_SECONDS = 600


def taken(response: Response, draft: str) -> Response:
    """`draft` is the form's data-keep; static/js/drafts.js reads the cookie and forgets the text."""
    response.set_cookie("taken", draft, max_age=FOR_SECONDS, samesite="Lax")
    return response
