"""The shopper's side of the till: what is on the screen, and what a touch means."""
