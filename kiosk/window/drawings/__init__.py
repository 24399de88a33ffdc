"""Every drawing of the kiosk, on a square of 100 x 100 units: nothing to ship or to blur."""
