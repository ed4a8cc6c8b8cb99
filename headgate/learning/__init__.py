"""The common parts of systems that learn: preparation of columns, drift, contests between recipes, and stored
models with their record.
"""
