"""The retail domain: contracts of a shop, five analytical systems, saved questions, and a generated shop."""

SYSTEMS = ("market-intelligence-hub", "demand-insights-engine", "compliance-guardian", "global-market-pulse", "retail-copilot")
