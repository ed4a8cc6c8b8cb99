"""The cost of a lake on AWS: prices, billing rules, the estimate of a workload, and the cost of recorded
work. Pure.
"""
