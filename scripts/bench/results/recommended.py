"""What the results file recommends, derived from the run; nothing where nothing is found."""

from __future__ import annotations

from scripts.bench.queries.measure import Queries
from scripts.bench.queries.wanted import plans_wanted
from scripts.bench.results.facts import Facts

_SHOWN = 5
# A field that many records have and no column takes is one the tables may want.
_MANY = 0.5


def recommend(facts: Facts, queries: Queries) -> dict[str, list[str]]:
    """Give the recommended changes by their kind: `schema`, `indexes`, `script`."""
    migrated = {one.entity: one.migrated for one in facts.counts}
    schema = [
        f"a column for the field {one['field']} of {one['entity']}, in {one['records']:,} records"
        for one in facts.ledger.leftovers
        if not one["other_spelling_of"]
        and int(str(one["records"])) > _MANY * migrated.get(str(one["entity"]), 0)
    ]
    schema += [f"a foreign key for {one.name}" for one in facts.relations if not one.is_guarded]
    indexes = [
        f"one for '{one.what}' ({one.measured})" for one in plans_wanted(queries) if not one.is_met
    ]
    indexes += [
        f"rebuild {one.invalid:,} invalid of {one.table}" for one in facts.sizes if one.invalid
    ]
    if queries.search_by == "by_name" and facts.has_trigrams != "installed":
        indexes.append("idx_products_search_words of docs/schema.sql: only names are indexed")
    if facts.has_trigrams == "installed" and queries.search_by != "by_trigrams":
        indexes.append(
            "idx_products_search_trgm of models/final/products.yml: only names are indexed"
        )
    if facts.has_trigrams == "available" and queries.search_by != "by_trigrams":
        indexes.append(
            "the extension pg_trgm, which the server has: products are then found by any part of"
            " a word"
        )
    script = [
        f"a mapping for {one['keys']:,} words of {one['entity']} ({one['code']}) in"
        " seeds/value_maps.csv"
        for one in facts.ledger.reasons
        if str(one["code"]).endswith("_unmapped")
    ]
    unclassified = facts.ledger.classes["unclassified"]
    if unclassified:
        script.append(f"a family for {unclassified:,} keys in seeds/key_families.csv")
    return {
        "schema": schema[:_SHOWN],
        "indexes": indexes[:_SHOWN],
        "script": script[:_SHOWN],
    }
