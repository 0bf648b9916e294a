"""What real clients send: skeletons of their bodies, and the drivers that record them anew."""
