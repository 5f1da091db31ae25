"""The promises of the treasury as SQL; ``install`` is called by migrations and may be called again."""

from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from ledger.promises import install_files, move_literals
from treasury.models.words import (
    BUDGET_MOVES,
    CLAIM_MOVES,
    HEAD_POSTS,
    ORDER_MOVES,
    PLAN_MOVES,
    POST_CONFLICTS,
    PROCUREMENT_MOVES,
    RECEIPT_BOOK_MOVES,
    RELEASE_MOVES,
    SECONDED_POSTS,
    SECONDMENT_MOVES,
    SETTLEMENT_MOVES,
    SPECIAL_PLAN_MOVES,
    STATEMENT_MOVES,
)

FILES = (
    "income",
    "releases",
    "settlements",
    "claims",
    "triggers",
    "secondments",
    "receipt_books",
    "items",
    "procurement",
    "passing_on",
    "earmarking_views",
    "budgets",
    "statements",
    "views",
)


def install(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace every trigger and view of the treasury in the current schema."""
    install_files(
        schema_editor.connection,
        [Path(__file__).parent / f"{name}.sql" for name in FILES],
        {
            "@release_moves@": move_literals(RELEASE_MOVES),
            "@settlement_moves@": move_literals(SETTLEMENT_MOVES),
            "@claim_moves@": move_literals(CLAIM_MOVES),
            "@secondment_moves@": move_literals(SECONDMENT_MOVES),
            "@post_conflicts@": move_literals(POST_CONFLICTS),
            "@seconded_posts@": ", ".join(f"'{post.value}'" for post in SECONDED_POSTS),
            "@head_posts@": ", ".join(f"'{post.value}'" for post in HEAD_POSTS),
            "@receipt_book_moves@": move_literals(RECEIPT_BOOK_MOVES),
            "@order_moves@": move_literals(ORDER_MOVES),
            "@special_plan_moves@": move_literals(SPECIAL_PLAN_MOVES),
            "@procurement_moves@": move_literals(PROCUREMENT_MOVES),
            "@budget_moves@": move_literals(BUDGET_MOVES),
            "@plan_moves@": move_literals(PLAN_MOVES),
            "@statement_moves@": move_literals(STATEMENT_MOVES),
        },
    )


def install_row_policies(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace the policies that keep the rows of a township from who reads another."""
    install_files(schema_editor.connection, [Path(__file__).parent / "row_policies.sql"], {})


def install_trail_policies(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace the policies that keep the events about a township from who reads another."""
    install_files(schema_editor.connection, [Path(__file__).parent / "trail_policies.sql"], {})
