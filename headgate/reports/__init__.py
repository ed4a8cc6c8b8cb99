"""The report page: dashboards' answers, received and refused rows, quality and cost, in one file."""
