"""The virtual table of SQLite's full-text search, should it be missing or damaged.

The migration makes it. A later change of the documents' table drops its triggers, though, because
SQLite changes a table by making another one; then this puts everything back.
"""

from django.db import connection, transaction

TABLE, VIEW = "conversations_search", "conversations_search_content"
# Who may find a document stands in it as a word: the person, and for titles a second one.
CONTENT = """
SELECT id, user_id || CASE WHEN message_id IS NULL THEN ' t' || user_id ELSE '' END AS owner, body
FROM conversations_searchdocument
"""
COLUMNS = """USING fts5(
    owner, body,
    content='conversations_search_content', content_rowid='id',
    tokenize='ascii', prefix='2 3'
)"""
FORGET = """
INSERT INTO conversations_search(conversations_search, rowid, owner, body) VALUES ('delete', old.id,
old.user_id || CASE WHEN old.message_id IS NULL THEN ' t' || old.user_id ELSE '' END, old.body);
"""
KEEP = """
INSERT INTO conversations_search(rowid, owner, body) VALUES (new.id,
new.user_id || CASE WHEN new.message_id IS NULL THEN ' t' || new.user_id ELSE '' END, new.body);
"""
TRIGGERS = {
    "conversations_search_insert": f"AFTER INSERT ON conversations_searchdocument BEGIN {KEEP} END",
    "conversations_search_delete": (
        f"AFTER DELETE ON conversations_searchdocument BEGIN {FORGET} END"
    ),
    "conversations_search_update": (
        f"AFTER UPDATE ON conversations_searchdocument BEGIN {FORGET} {KEEP} END"
    ),
}
FILL = "INSERT INTO conversations_search(conversations_search) VALUES ('rebuild')"


def is_whole() -> bool:
    """Whether the table and its triggers are there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'conversations_search%'")
        there = {str(name) for (name,) in cursor.fetchall()}
    return {TABLE, VIEW, *TRIGGERS} <= there


@transaction.atomic
def remake() -> None:
    """Make the table and its triggers anew and fill the table from the documents."""
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"DROP VIEW IF EXISTS {VIEW}")
        cursor.execute(f"CREATE VIEW {VIEW} AS {CONTENT}")
        cursor.execute(f"CREATE VIRTUAL TABLE {TABLE} {COLUMNS}")
        for name, body in TRIGGERS.items():
            cursor.execute(f"CREATE TRIGGER {name} {body}")
        cursor.execute(FILL)
