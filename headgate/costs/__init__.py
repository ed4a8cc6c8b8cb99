"""The cost of a lake on AWS: prices, billing rules, estimates, and the cost of recorded work. Pure."""
