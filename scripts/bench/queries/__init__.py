"""The queries of the application before and after: its own way on the store, one on the tables.

The store's side makes the round trips the application's code made, one after the other, with its
caps; the tables' side is one query. Both run in one session, both answers are compared.
"""
