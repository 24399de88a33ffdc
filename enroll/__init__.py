"""The enrolment desk: consenting shoppers, kept as encrypted templates and never as pictures."""
