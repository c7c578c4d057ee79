"""What a page is compared with: the least that the same stack does for a page of that size. Served by gunicorn as

A  a constant page of 40 KB of Flask
B  a page of 40 KB of Jinja: a question and thirty answers, 4 queries as Core rows from the forum's own SQLite file
S  a search for two words by SQLite's FTS5 with bm25 over the same texts, a page of twenty

`BENCH_DATABASE` is the forum's file, `BENCH_TEXTS` that of the full-text table.
"""

import os
import re
import sqlite3
from pathlib import Path
from typing import Any

from flask import Flask, render_template, request
from flask_socketio import SocketIO
from jinja2 import DictLoader
from sqlalchemy import MetaData, Table, bindparam, create_engine, event, select, text

from bench.community import LONG_ANSWERS, LONG_THREAD

BYTES = 40_000
SEARCH_PAGE = 20
HAN = re.compile(r"([\u3400-\u9fff])")

THREAD = """<!doctype html><html lang="{{ question.language }}"><head><title>{{ question.title }}</title></head><body>
<h1>{{ question.title }}</h1><p>{% for tag in tags %}<a href="{{ url_for('tag', name=tag.name) }}">{{ tag.name }}</a>
{% endfor %}</p><div>{{ question.body_html | safe }}</div>{% for answer in answers %}
{% set author = people[answer.author_id] %}
<article id="answer-{{ answer.id }}" class="post{% if answer.accepted_at %} accepted{% endif %}">
<header><a href="{{ url_for('person', number=author.id, name=author.name) }}">{{ author.name }}</a> L{{ author.level }}
<time datetime="{{ answer.created_at }}">{{ answer.created_at }}</time></header>
<form method="post"><button name="up" value="1">+</button><b>{{ answer.score }}</b><button name="down">-</button></form>
<div lang="{{ answer.language }}">{{ (answer.body_html ~ filler)[:length] | safe }}</div>
{% if answer.comment_count %}<p>{{ answer.comment_count }} comments</p>{% endif %}
<footer><a href="{{ url_for('answer', number=answer.id) }}">link</a></footer></article>{% endfor %}</body></html>"""

FOUND = """<!doctype html><html><head><title>{{ words }}</title></head><body><h1>{{ words }}</h1>{% for row in rows %}
<article><h2><a href="{{ url_for('question', number=row.id, slug=row.slug) }}">{{ row.title }}</a></h2>
<p>{{ row.excerpt }}</p><p>{{ row.score }} {{ row.answer_count }} {{ row.created_at }}</p></article>{% endfor %}
</body></html>"""


def searchable(words: str) -> str:
    """FTS5 takes a run of Han characters for one word: blanks make each of them one."""
    return HAN.sub(r" \1 ", words)


def create_texts(database: Path, texts: Path) -> None:
    """The full-text table S searches: titles, bodies and answers, as the forum's own index has them."""
    with sqlite3.connect(texts) as store:
        store.execute("CREATE VIRTUAL TABLE said USING fts5(title, body, answers, content='')")
        store.execute("ATTACH ? AS forum", (str(database),))
        answers = "SELECT group_concat(body, ' ') FROM forum.answer WHERE question_id = question.id"
        rows = store.execute(f"SELECT id, title, body, coalesce(({answers}), '') FROM forum.question")
        said = ((row[0], *map(searchable, row[1:])) for row in rows.fetchall())
        store.executemany("INSERT INTO said (rowid, title, body, answers) VALUES (?, ?, ?, ?)", said)
        store.execute("INSERT INTO said (said) VALUES ('optimize')")


def create_app() -> Flask:
    app = Flask(__name__)
    app.jinja_loader = DictLoader({"thread.html": THREAD, "found.html": FOUND})
    tables, connect = _database()
    constant = "x" * BYTES

    @app.get("/")
    def home() -> str:
        return constant

    @app.get("/thread")
    def thread() -> str:
        with connect() as connection:
            return _thread(connection, tables)

    @app.get("/search")
    def search() -> str:
        words = request.args["q"]
        with connect() as connection:
            rows = connection.execute(_FIND, {"words": _match(words), "limit": SEARCH_PAGE}).all()
        return render_template("found.html", words=words, rows=rows)

    for rule, name in (("/t/<name>", "tag"), ("/p/<number>/<name>", "person"), ("/a/<number>", "answer"),
                       ("/q/<number>/<slug>", "question")):  # fmt: skip
        app.add_url_rule(rule, name, lambda **_names: "")
    return app


_FIND = text(
    "SELECT q.id, q.title, q.slug, q.excerpt, q.score, q.answer_count, q.created_at FROM "
    "(SELECT rowid, bm25(said) AS rank FROM texts.said WHERE said MATCH :words ORDER BY rank LIMIT :limit) AS found "
    "JOIN question AS q ON q.id = found.rowid ORDER BY found.rank"
)


def create_live_app() -> Flask:
    """Socket.IO and nothing else; what it says to all is as long as a message of the forum."""
    app = Flask(__name__)
    live = SocketIO(app, async_mode="threading", transports=["websocket"])
    app.add_url_rule("/", "home", lambda: "ready")

    @app.get("/say/<int:number>")
    def say(number: int) -> str:
        live.emit("event", {"id": number, "kind": "said", "question": number, "number": number, "by": number})
        return "said"

    return app


def _match(words: str) -> str:
    """Each word as a phrase, all of them."""
    return " ".join(f'"{" ".join(searchable(word).split())}"' for word in words.split())


def _database() -> tuple[dict[str, Table], Any]:
    engine = create_engine(f"sqlite:///{os.environ['BENCH_DATABASE']}", pool_size=20, max_overflow=20)

    def configure(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA cache_size = -16000")
        connection.execute("ATTACH ? AS texts", (os.environ["BENCH_TEXTS"],))

    event.listen(engine, "connect", configure)
    metadata = MetaData()
    metadata.reflect(engine, only=["question", "answer", "user", "tag", "question_tag"])
    return dict(metadata.tables), engine.connect


def _thread(connection: Any, tables: dict[str, Table]) -> str:
    question, answer, user = tables["question"], tables["answer"], tables["user"]
    tag, tagged = tables["tag"], tables["question_tag"]
    asked = connection.execute(select(question).where(question.c.id == LONG_THREAD + 1)).one()
    told = select(answer).where(answer.c.question_id == asked.id).order_by(answer.c.created_at)
    answers = connection.execute(told).all()
    ids = bindparam("ids", [asked.asker_id, *(row.author_id for row in answers)], expanding=True)
    people = {row.id: row for row in connection.execute(select(user).where(user.c.id.in_(ids)))}
    tags = connection.execute(select(tag.c.name).join(tagged).where(tagged.c.question_id == asked.id)).all()
    values = {"question": asked, "answers": answers, "people": people, "tags": tags}
    return render_template("thread.html", **values, filler=_FILLER, length=_LENGTH)


_AROUND_AN_ANSWER = 377  # bytes of the template for each of them
_LENGTH = BYTES // LONG_ANSWERS - _AROUND_AN_ANSWER
_FILLER = "<p>" + "word " * (_LENGTH // 5 + 1) + "</p>"
