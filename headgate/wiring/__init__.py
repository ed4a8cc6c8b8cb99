"""Create adapters from settings: the only folder that names concrete adapters.

Each function takes an environment and reads only the settings that it needs. Stages are imported inside the
functions: the gate's Lambda must not load pandas, Great Expectations or Ibis, which the jobs need.

Callers import a module and call its functions as attributes (`stores.objects()`), so that a test replaces an
adapter in one place, and `scripts/packages/job_packages.py` finds the functions that a Glue job uses.
"""
