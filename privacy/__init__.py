"""What we do about privacy: the gate over the five surfaces of the register."""
