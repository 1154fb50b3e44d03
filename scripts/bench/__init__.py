"""`invoke bench`: how fast a migration is beside the least that PostgreSQL can do.

Every figure that counts is a ratio of two times measured in one run on one server: absolute times
say more about a machine than about the code.
"""
