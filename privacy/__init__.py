"""What we do about privacy: the gate over the six surfaces of the register."""
