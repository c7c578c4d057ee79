"""A wrong value in the environment is one sentence that names the setting."""

import pytest

from app.config import ConfigError, Settings, load_settings

WRONG = {
    "SMTP_URL": ["mail.example.com", "smtp://", "smtp://mail.example.com:many", "smtp://mail.example.com:99999"],
    "REDIS_URL": ["nonsense", "http://127.0.0.1:6379"],
    "MAIL_FROM": ["nonsense", "Forum <>", "@", "forum@"],
    "TRUSTED_PROXIES": ["many", "-1"],
    "DATABASE_URL": ["mysql://127.0.0.1/huzhu"],
    "DATABASE_REPLICA_URL": ["mysql://127.0.0.1/huzhu"],
    "SERVES": ["everything"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_names_its_setting(name, value, monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"^{name}: "):
        load_settings()


@pytest.mark.parametrize("primary", [None, "sqlite:///forum.db"])
def test_only_postgresql_has_a_replica(primary, monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", primary or "")
    monkeypatch.setenv("DATABASE_REPLICA_URL", "postgresql://127.0.0.1/huzhu")
    with pytest.raises(ConfigError, match="DATABASE_REPLICA_URL needs PostgreSQL"):
        load_settings()


def test_a_full_set_of_addresses_is_taken():
    sender, mail = "Huzhu <forum@example.com>", "smtps://forum%40example.com:a%3Ab@mail.example.com:465"
    settings = Settings(smtp_url=mail, redis_url="redis://127.0.0.1:6379/0", mail_from=sender)
    assert (settings.smtp_url, settings.mail_from) == (mail, sender)
