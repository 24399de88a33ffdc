"""The till: a cart, a camera, a liveness check, an identification, a confirmation, a receipt."""
