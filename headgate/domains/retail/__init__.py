"""The retail domain: contracts of a shop, five analytical systems, and saved questions."""

from headgate.domains.domain import Domain, System

DOMAIN = Domain(
    "retail",
    package=__name__,
    systems=(
        System("compliance-guardian", f"{__name__}.compliance_guardian"),
        System("demand-insights-engine", f"{__name__}.demand_insights_engine"),
        System("global-market-pulse", f"{__name__}.global_market_pulse"),
        System("market-intelligence-hub", f"{__name__}.market_intelligence_hub"),
        System("retail-copilot", f"{__name__}.retail_copilot"),
    ),
    questions=f"{__name__}.saved_questions",
    routes=f"{__name__}.predictions.routes",
    route_tables=("sales_forecast",),
    card_figures=f"{__name__}.card_figures",
    currency="GBP",
    words=(
        *(
            "churn",
            "fraud",
            "naive2",
            "owa",
            "pence",
            "retail",
            "sales_forecast",
            "series_id",
            "shop",
            "shops",
        ),
        *("compliance-guardian", "demand-insights-engine", "global-market-pulse", "market-intelligence-hub"),
    ),
)
SYSTEMS = tuple(system.name for system in DOMAIN.systems)
