"""The history of the tables. `battles.schema` runs it; developers add to it with Alembic."""
