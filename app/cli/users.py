"""`flask users ...`: people made by whoever owns the machine."""

import sys

import click
from flask.cli import AppGroup

from app.cli.finding import named_product, named_user
from app.cli.saying import fail, plainly
from app.domains.accounts.actions.registering import check_password, clean_email, create_user, require_free_name
from app.domains.accounts.actions.sign_in_links import make_sign_in_link
from app.domains.accounts.actions.tokens_managing import issue_token
from app.domains.accounts.actor import SYSTEM
from app.domains.accounts.models import Role, TeamMember, User
from app.domains.accounts.names import clean_name
from app.domains.accounts.passwords import hash_password
from app.domains.accounts.queries import user_by_login
from app.extensions import db
from app.importing.claiming import claim_imported_user
from app.kernel.languages import LANGUAGES
from app.kernel.rendering import absolute_url
from app.kernel.transaction import transaction

commands = AppGroup("users", help="People.")


@commands.command()
@click.argument("name")
@click.option("--email", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), default="member")
@click.option("--product", "products", multiple=True, help="The products that this member of staff serves; none = all.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@plainly
def create(name: str, email: str, role: str, products: tuple[str, ...], language: str, password_stdin: bool) -> None:
    """Make a person whose address is confirmed; prints a one-time sign-in link unless a password was given."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    if password is not None:
        check_password(password, name, email)
    name, email = clean_name(name), clean_email(email)
    with transaction():
        if user_by_login(email) is not None:
            fail(f"There is an account with the address {email} already.")
        require_free_name(name)
        user = create_user(name=name, email=email, role=Role(role), language=language, confirmed=True)
        user.password_hash = hash_password(password) if password else None
        for slug in products:
            db.session.add(TeamMember(product_id=named_product(slug).id, user_id=user.id))
        link = None if password else one_time_link(user)
    click.echo(link or f"{user.id}\t{user.name}")


def one_time_link(user: User) -> str:
    """A link that signs this person in once."""
    return address_of(make_sign_in_link(SYSTEM, user.id))


def address_of(token: str) -> str:
    return absolute_url("accounts.sign_in_link", token=token)


@commands.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, help="read, write, staff, admin; none = all that the person may.")
@plainly
def token(name: str, scopes: tuple[str, ...]) -> None:
    """Print an API token, once."""
    user = named_user(name)
    with transaction():
        plain = issue_token(SYSTEM, user.id, scopes)
    click.echo(plain)


@commands.command()
@click.argument("name")
@click.option("--email", required=True)
@plainly
def claim(name: str, email: str) -> None:
    """An imported author gets an address and may sign in; prints the one-time link."""
    with transaction():
        token = claim_imported_user(name, email)
    click.echo(address_of(token))
