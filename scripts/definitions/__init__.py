"""How tables are defined: read from the catalog, kept as plain facts, made again elsewhere.

`facts` holds what is known of a table, `read` takes it from a database, `columns` and `attached`
make it in another schema or database, `differences` says where two definitions part. Views,
policies, grants, rules, storage options and functions of other schemas are not copied;
`Table.notes` names policies, grants and rules where there are any.
"""
