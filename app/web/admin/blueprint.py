"""The door of the administration: every page of it is for administrators."""

from typing import Any

from flask import Blueprint
from flask_login import current_user

from app.domains.accounts.policies import may_see_admin
from app.extensions import login_manager
from app.kernel.policy import require
from app.web.actors import current_actor

pages = Blueprint("admin", __name__, url_prefix="/admin")


@pages.before_request
def only_administrators() -> Any:
    if not current_user.is_authenticated:
        return login_manager.unauthorized()
    require(may_see_admin(current_actor()))
    return None
