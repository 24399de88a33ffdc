"""The book: every authorised payment, double entry, signed, provable to a stranger."""
