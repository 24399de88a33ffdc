"""What a cart costs: offers, coupons and taxes, reckoned in integers without clock or chance."""
