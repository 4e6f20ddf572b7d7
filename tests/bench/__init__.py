"""Benchmarks: the budgets of the design, as ratios measured in one run, with the bare thing beside the hub."""
