"""Operators' own accuracy figures, from pictures and videos that they hold."""
