"""Building blocks of analytics for any table: forecasts, unusual periods, trends and groups; they know no domain."""
