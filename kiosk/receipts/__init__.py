"""The receipt as paper, picture and photograph: laid out once, drawn, printed and read again."""
