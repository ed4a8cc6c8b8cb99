"""Building blocks of analytics for any table: forecasts, unusual periods, trends and groups.

They know no domain.
"""
