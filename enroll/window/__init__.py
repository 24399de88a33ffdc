"""The enrolment desk's window, for the member of staff beside a willing shopper."""
