"""The kiosk's languages: Qt Linguist's files, and sums and dates as each language writes them."""
