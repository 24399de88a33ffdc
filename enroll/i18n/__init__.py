"""The desk's languages: Qt Linguist's files, by a translator's hand, and what is compiled of them."""
