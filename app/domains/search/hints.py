"""What the reader should know about a query, as sentences."""

from app.domains.search.engine import Hint
from app.kernel.i18n import _


def sentence_of(hint: Hint) -> str:
    """In the reader's language. Codes and their values: engine.Hint."""
    match hint.code:
        case "unknown_operator":
            return _("There is no operator “%(operator)s:”, so it was searched as words.", **hint.params)
        case "bad_value":
            return _("“%(operator)s:%(value)s” means nothing here, so it was searched as words.", **hint.params)
        case "unknown_tag":
            return _("There is no tag “%(tag)s”, so it was searched as words.", **hint.params)
        case "no_product":
            return _("No product is called “%(product)s”. There are: %(known)s.", **hint.params)
        case "no_user":
            return _("Nobody here is called “%(user)s”.", **hint.params)
        case "no_tag":
            return _("There is no tag “%(tag)s”.", **hint.params)
        case "text_cut":
            return _("The text was very long: only its first %(limit)s characters were searched.", **hint.params)
        case "terms_cut":
            return _("The text was very long: only its first %(limit)s words were searched.", **hint.params)
        case "sign_in_for_me":
            return _("“user:me” needs you to be signed in.")
    return hint.code
