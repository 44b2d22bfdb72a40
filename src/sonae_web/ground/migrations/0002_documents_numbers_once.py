import uuid

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FROZEN = "id, tenant, kind, lang, subject, number, made_on, issued_at, release, fingerprint, size, pdf_hash, data_hash"
"""Every column of a document but the two sealed ones, which the change of keys writes anew."""


def freeze(_: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Let the database refuse changes of an issued document. On SQLite, remake the trigger after altering the table."""
    if editor.connection.vendor == "sqlite":
        editor.execute(
            f"CREATE TRIGGER ground_document_frozen BEFORE UPDATE OF {FROZEN} ON ground_document "
            "BEGIN SELECT RAISE(ABORT, 'an issued document is frozen'); END"
        )
    else:
        editor.execute(
            "CREATE FUNCTION ground_document_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'an issued document is frozen' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        editor.execute(
            f"CREATE TRIGGER ground_document_frozen BEFORE UPDATE OF {FROZEN} ON ground_document "
            "FOR EACH ROW EXECUTE FUNCTION ground_document_frozen()"
        )


def thaw(_: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Undo ``freeze``."""
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER ground_document_frozen")
    else:
        editor.execute("DROP TRIGGER ground_document_frozen ON ground_document")
        editor.execute("DROP FUNCTION ground_document_frozen()")


class Migration(migrations.Migration):
    dependencies = [
        ("ground", "0001_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("actor", models.CharField(editable=False, max_length=36)),
                ("key", models.UUIDField(editable=False)),
                ("made_at", models.DateTimeField(db_index=True)),
                ("content", models.BinaryField(default=b"")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("actor", "key"), name="ground_answer_once")],
            },
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("series", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("next", models.PositiveBigIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("next__gte", 1)), name="ground_counter_from_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tenant", models.UUIDField(db_index=True, editable=False)),
                ("kind", models.CharField(editable=False, max_length=60)),
                ("lang", models.CharField(editable=False, max_length=2)),
                ("subject", models.UUIDField(editable=False)),
                ("number", models.CharField(editable=False, max_length=40)),
                ("made_on", models.DateField(editable=False)),
                ("issued_at", models.DateTimeField(editable=False)),
                ("release", models.CharField(editable=False, max_length=20)),
                ("fingerprint", models.CharField(editable=False, max_length=64)),
                ("size", models.PositiveIntegerField(editable=False)),
                ("pdf_hash", models.CharField(editable=False, max_length=64)),
                ("data_hash", models.CharField(editable=False, max_length=64)),
                ("pdf", models.BinaryField()),
                ("data", models.BinaryField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "subject", "lang"), name="ground_document_once"),
                    models.CheckConstraint(condition=models.Q(("lang__in", ("ja", "en"))), name="ground_document_lang"),
                ],
            },
        ),
        migrations.RunPython(freeze, thaw),
    ]
