"""The full-text index over the search documents: what each database has for it."""

from django.db import migrations

# Who may find a document stands in it as a word: the person, and for titles a second one.
VIEW = """CREATE VIEW conversations_search_content AS
SELECT id, user_id || CASE WHEN message_id IS NULL THEN ' t' || user_id ELSE '' END AS owner, body
FROM conversations_searchdocument
"""
TABLE = """CREATE VIRTUAL TABLE conversations_search USING fts5(
    owner, body,
    content='conversations_search_content', content_rowid='id',
    tokenize='ascii', prefix='2 3'
)
"""
FORGET = """
INSERT INTO conversations_search(conversations_search, rowid, owner, body) VALUES ('delete', old.id,
old.user_id || CASE WHEN old.message_id IS NULL THEN ' t' || old.user_id ELSE '' END, old.body);
"""
KEEP = """
INSERT INTO conversations_search(rowid, owner, body) VALUES (new.id,
new.user_id || CASE WHEN new.message_id IS NULL THEN ' t' || new.user_id ELSE '' END, new.body);
"""
TRIGGERS = {
    "conversations_search_insert": ("INSERT", KEEP),
    "conversations_search_delete": ("DELETE", FORGET),
    "conversations_search_update": ("UPDATE", FORGET + " " + KEEP),
}


def create(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "sqlite":
        schema_editor.execute(VIEW, params=None)
        schema_editor.execute(TABLE, params=None)
        for name, (event, statements) in TRIGGERS.items():
            schema_editor.execute(
                f"CREATE TRIGGER {name} AFTER {event} ON conversations_searchdocument"
                f" BEGIN {statements} END",
                params=None,
            )
        schema_editor.execute(
            "INSERT INTO conversations_search(conversations_search) VALUES ('rebuild')",
            params=None,
        )
    elif vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX search_document_words ON conversations_searchdocument"
            " USING gin (to_tsvector('simple', body))",
            params=None,
        )


def drop(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "sqlite":
        for name in TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)
        schema_editor.execute("DROP TABLE IF EXISTS conversations_search", params=None)
        schema_editor.execute("DROP VIEW IF EXISTS conversations_search_content", params=None)
    elif vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS search_document_words", params=None)


class Migration(migrations.Migration):
    dependencies = [("conversations", "0002_organise_search_share_move_in")]

    operations = [migrations.RunPython(create, drop)]
