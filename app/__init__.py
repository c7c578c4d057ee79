"""The application, put together: configure, extend, wire, mount."""

from datetime import timedelta
from importlib import import_module

from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined

from app import wiring
from app.config import ROOT, Settings, load_settings, secret_key
from app.extensions import babel, csrf, db, login_manager, socketio
from app.kernel import freshness, i18n, logs, replicas, sqlite


def create_app(settings: Settings | None = None) -> Flask:
    """A forum on the settings of the environment; ConfigError (one line) where one of them is wrong."""
    settings = settings or load_settings()
    logs.configure(settings.log_level)
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    configure(app, settings)
    extend(app)
    app.extensions["wiring"] = wiring.build()
    app.extensions["search_engines"] = wiring.search_engines()
    mount(app)
    return app


def configure(app: Flask, settings: Settings) -> None:
    secure = settings.address.startswith("https://")
    host = settings.address.split("://", 1)[1]
    app.config.update(
        SECRET_KEY=secret_key(settings),
        SERVER_NAME=host,
        PREFERRED_URL_SCHEME="https" if secure else "http",
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings),
        SQLALCHEMY_BINDS=replica_options(settings),
        SESSION_COOKIE_NAME="__Host-huzhu" if secure else "huzhu",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # The row decides how long somebody stays; the cookie only has to live as long as the longest row. It is written
        # where it changes, never with every answer: one that was begun before a form was sent would take along what
        # the form's answer has put there.
        PERMANENT_SESSION_LIFETIME=timedelta(days=90),
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        TRUSTED_HOSTS=trusted_hosts(settings),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="en",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "app" / "translations"),
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined  # what a page forgot to give is an error, not an empty place
    app.extensions["config"] = settings


def engine_options(settings: Settings) -> dict[str, object]:
    """A connection for every thread that may ask at once."""
    # The values of a statement that failed are somebody's words: they stay out of errors, and so out of the log.
    common: dict[str, object] = {"hide_parameters": True}
    # The one that was given back last is taken next: the pages that SQLite keeps for each connection are few then.
    common |= {"pool_size": settings.threads + 4, "max_overflow": 20, "pool_timeout": 10, "pool_use_lifo": True}
    return common | ({} if settings.database.startswith("sqlite") else {"pool_pre_ping": True})


def replica_options(settings: Settings) -> dict[str, dict[str, object]]:
    """A replica that has vanished from the network keeps nobody waiting for long."""
    if settings.database_replica_url is None:
        return {}
    waits = {"connect_timeout": 2}
    return {"replica": engine_options(settings) | {"url": settings.database_replica_url, "connect_args": waits}}


def trusted_hosts(settings: Settings) -> list[str] | None:
    """A Host header outside of this list is refused; None = whatever reaches a loopback address."""
    if settings.trusted_hosts:
        return settings.trusted_hosts
    return [settings.address.split("://", 1)[1].rsplit(":", 1)[0]] if settings.base_url else None


def extend(app: Flask) -> None:
    settings: Settings = app.extensions["config"]
    db.init_app(app)
    with app.app_context():
        sqlite.prepare(app, db.engine)
        freshness.watch(db.engine)
        if settings.database_replica_url and settings.serves != "live":
            replicas.install(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    socketio.init_app(app, async_mode="threading", transports=["websocket"], cors_allowed_origins=None)
    web_context = import_module("app.web.context")
    babel_options = {"locale_selector": web_context.catalogue, "timezone_selector": web_context.timezone}
    assert isinstance(babel, Babel)
    babel.init_app(app, **babel_options)
    i18n.install(app)


def modules_of_the_pages() -> list[str]:
    return [name.partition(":")[0] for name in (*wiring.PAGES, *wiring.EDGES)]


def mount(app: Flask) -> None:
    """Pages stand above wiring: it names them, and only here they are imported."""
    app.url_map.converters["int"] = import_module("app.web.addresses").RowId
    for name in wiring.PAGES:
        module, _, attribute = name.partition(":")
        app.register_blueprint(getattr(import_module(module), attribute))
    for name in wiring.EDGES:
        module, _, attribute = name.partition(":")
        getattr(import_module(module), attribute)(app)
