"""The report page: what the dashboards of a lake answer, what came in and was refused, quality and cost, in
one file.
"""
