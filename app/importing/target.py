"""The product that an import fills."""

from app.domains.products.queries import product_by_slug
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import _


def product_to_fill(slug: str) -> int:
    """Its id; Invalid with what to do where there is none."""
    try:
        return product_by_slug(slug).id
    except NotFound:
        command = f"products create {slug} --name NAME"
        raise Invalid(_("There is no product “%(slug)s”. Make it first: %(do)s", slug=slug, do=command)) from None
