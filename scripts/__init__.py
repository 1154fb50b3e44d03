"""The Python behind the tasks: connections, dbt, loading, verifying, reporting."""
