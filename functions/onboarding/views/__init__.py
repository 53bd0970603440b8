"""What callers see: the contract's bodies, and what this project adds to them.

Times are RFC 3339 in UTC; an expired lock is shown as null; nothing here is looked up, only shown. A module each, so
that a function starts with what it shows.
"""
