"""What the shop sells, how it is read from tables, and how a code names an article."""
