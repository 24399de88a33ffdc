"""The desk's languages: what translators write, and what is compiled of it."""
