"""The eyes: every network the project runs, where its weights come from, and what runs them."""
