"""What keys and rows say of each other: winners, roots, rejects, parents."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from psycopg import sql

from scripts.settings import ENTITIES
from scripts.verify.report import Check
from scripts.verify.scope import Scope, judged, noted

GROUP = "links"
# Child, column, parent; the last two have no foreign key in the database.
PARENTS = (
    ("sites", "client_id", "clients"),
    ("products", "catalog_id", "catalogs"),
    ("employees", "site_id", "sites"),
    ("orders", "client_id", "clients"),
    ("orders", "site_id", "sites"),
    ("orders", "product_id", "products"),
    ("orders", "employee_id", "employees"),
    ("sites", "catalog_id", "catalogs"),
    ("catalogs", "owner_id", "clients"),
)
_MERGED = """
    {key_ledger} as loser
    left join {key_ledger} as winner on loser.winner_key = winner.source_key
    where loser.key_class = 'merged' and (
        winner.source_key is null
        or winner.key_class = 'merged'
        or winner.entity is distinct from loser.entity
        or winner.target_id is distinct from loser.target_id
    )
"""
_REJECTED = """
    {key_ledger} as ledger
    left join {key_ledger} as root on ledger.root_key = root.source_key
    left join {key_ledger} as winner on ledger.winner_key = winner.source_key
    where ledger.key_class = 'rejected' and (
        ledger.reject_codes is null
        or (
            ledger.root_key is not null
            and coalesce(root.key_class, '') not in ('rejected', 'soft_deleted')
        )
        or (ledger.winner_key is not null and coalesce(winner.key_class, 'merged') = 'merged')
    )
"""
_REJECTS = """
    (select source_key, reject_codes from {key_ledger} where key_class = 'rejected') as ledger
    full join {rejects} as rejects on ledger.source_key = rejects.source_key
    where ledger.source_key is null
        or rejects.source_key is null
        or ledger.reject_codes is distinct from rejects.reject_codes
"""
_ORPHANS = """
    {final} as child
    left join {parent} as parent on {same}
    left join {key_ledger} as ledger
        on child.id = ledger.target_id
        and ledger.entity = {entity}
        and ledger.key_class = 'migrated'
    where parent is null and {stated}
"""


def check_links(scope: Scope) -> Iterator[Check]:
    """Check winners and roots in the ledger, then every parent in the final tables."""
    for name, law, broken in (
        ("merged keys", "key_class = 'merged'", _MERGED),
        ("rejected keys", "key_class = 'rejected'", _REJECTED),
    ):
        yield from scope.attempt(GROUP, name, partial(_ledger_law, scope, name, law, broken))
    yield from scope.attempt(GROUP, "table of rejects", lambda: _rejects(scope))
    for entity in ENTITIES:
        yield from scope.attempt(GROUP, f"{entity}: parents", partial(_parents, scope, entity))
