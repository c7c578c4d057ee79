"""What every process of the forum imports, imported once."""

from importlib import import_module

from app import wiring

for _name in (*wiring.PAGES, *wiring.EDGES, "gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "psycopg"):
    import_module(_name.partition(":")[0])
wiring.search_engines()
