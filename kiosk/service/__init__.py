"""What a till needs to run by itself: logs, metrics, and a unit of systemd."""
