"""Saved questions: what people ask of each system, in Athena's SQL. Tables without a database are those of `ecommerce_prod`."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.errors import QueryError

LAKE = "lake"


@dataclass(frozen=True)
class Question:
    """A question worth asking again. `system` is one of the five, or `lake`; the first of each is the one to show."""

    name: str
    system: str
    asks: str
    sql: str


QUESTIONS = (
    Question(
        "sales-forecast",
        "market-intelligence-hub",
        "What will the shop sell in each of the coming weeks, and how sure is that?",
        """
SELECT week_on, mean, lower_80, upper_80, lower_95, upper_95, model
FROM sales_forecast
WHERE level = 'total'
ORDER BY week_on
""",
    ),
    Question(
        "forecast-skill",
        "market-intelligence-hub",
        "How much better than Naive2 are the forecasts, and do their intervals hold? (OWA below 1 is better)",
        """
SELECT level, count(*) AS series, round(avg(owa), 3) AS owa, round(avg(mase), 3) AS mase,
       round(avg(coverage_80), 3) AS coverage_80, round(avg(coverage_95), 3) AS coverage_95
FROM forecast_accuracy
GROUP BY level
ORDER BY level
""",
    ),
    Question(
        "rising-series",
        "market-intelligence-hub",
        "Which regions and categories are rising, by how much of their sales a week?",
        """
SELECT series_id, level, weekly_revenue, slope_per_week, slope_share, quarter_growth, p_value
FROM sales_trends
WHERE direction = 'rising' AND level IN ('region', 'category')
ORDER BY slope_per_week DESC, series_id
LIMIT 20
""",
    ),
    Question(
        "unusual-weeks",
        "market-intelligence-hub",
        "Which weeks were not as expected, and why?",
        """
SELECT week_on, series_id, direction, actual, expected, round(score, 1) AS score, reason, explanation
FROM sales_anomalies
ORDER BY abs(score) DESC, series_id, week_on
LIMIT 20
""",
    ),
    Question(
        "customer-segments",
        "demand-insights-engine",
        "Who are the customers, and what did each segment bring?",
        """
SELECT segment, count(*) AS customers, sum(revenue_gbp) AS revenue_gbp, round(avg(CAST(recency_days AS double)), 0) AS days_since_last
FROM customer_segments
GROUP BY segment
ORDER BY revenue_gbp DESC, segment
""",
    ),
    Question(
        "most-valuable-customers",
        "demand-insights-engine",
        "Who will spend most in the next year, and how sure is that?",
        """
SELECT v.customer_id, s.segment, v.expected_value_365d, v.value_365d_low, v.value_365d_high,
       round(v.alive_probability, 3) AS alive_probability
FROM customer_lifetime_value AS v
JOIN customer_segments AS s ON s.customer_id = v.customer_id
ORDER BY v.expected_value_365d DESC, v.customer_id
LIMIT 20
""",
    ),
    Question(
        "worth-an-offer",
        "demand-insights-engine",
        "Who is leaving and worth an offer, and what drives it?",
        """
SELECT risk_band, driver_1, count(*) AS customers, count_if(make_offer) AS offers, round(avg(churn_probability), 3) AS churn_probability
FROM churn_risk
GROUP BY risk_band, driver_1
ORDER BY offers DESC, customers DESC, risk_band, driver_1
LIMIT 20
""",
    ),
    Question(
        "customer-model-quality",
        "demand-insights-engine",
        "How good are the customer models against their baselines?",
        """
SELECT model, metric, period, round(value, 4) AS value, round(baseline, 4) AS baseline, baseline_model, rows_used
FROM customer_model_quality
ORDER BY model, metric, period
""",
    ),
    Question(
        "fraud-decisions",
        "compliance-guardian",
        "What would be blocked or reviewed, and how much of the known fraud is that?",
        """
SELECT decision, count(*) AS transactions, sum(amount) AS amount, count_if(is_fraud) AS known_frauds
FROM fraud_scores
GROUP BY decision
ORDER BY decision
""",
    ),
    Question(
        "pci-audit",
        "compliance-guardian",
        "Is there card data anywhere it must not be?",
        """
SELECT zone, check_name, sum(objects_scanned) AS objects_scanned, sum(cells_scanned) AS cells_scanned,
       sum(findings) AS findings, bool_and(passed) AS passed
FROM pci_audit
GROUP BY zone, check_name
ORDER BY zone, check_name
""",
    ),
    Question(
        "riskiest",
        "compliance-guardian",
        "Which cards, customers and terminals carry the most risk?",
        """
SELECT entity_type, entity_id, round(score, 3) AS score, transactions, known_frauds, fraud_amount, last_seen_at
FROM risk_scores
WHERE risk_band = 'high'
ORDER BY score DESC, entity_type, entity_id
LIMIT 20
""",
    ),
    Question(
        "fraud-model-quality",
        "compliance-guardian",
        "How good is the fraud model against its baseline?",
        """
SELECT model, metric, period, round(value, 4) AS value, round(baseline, 4) AS baseline, baseline_model, rows_used
FROM fraud_model_quality
ORDER BY model, metric, period
""",
    ),
    Question(
        "regions-last-month",
        "global-market-pulse",
        "What did each region sell in the last complete month, and is it growing?",
        """
SELECT region_name, revenue, sales_share, monthly_growth, yearly_growth, revenue_per_1000_people, delivery_days_median
FROM regional_performance
WHERE month_on = (SELECT max(month_on) FROM regional_performance WHERE is_complete)
ORDER BY revenue DESC, region_name
LIMIT 20
""",
    ),
    Question(
        "where-to-grow",
        "global-market-pulse",
        "Where could more be sold, how much, and how sure is that?",
        """
SELECT rank, region_name, category, round(score, 3) AS score, round(confidence, 3) AS confidence, sales, potential_sales
FROM market_opportunities
ORDER BY rank
LIMIT 20
""",
    ),
    Question(
        "what-people-search",
        "retail-copilot",
        "What do people search for, and does it lead anywhere?",
        """
SELECT template, intent, searches, round(click_through_rate, 3) AS click_through_rate, round(purchase_rate, 3) AS purchase_rate,
       round(zero_result_share, 3) AS zero_result_share, example
FROM query_patterns
ORDER BY searches DESC, template
LIMIT 20
""",
    ),
    Question(
        "what-they-miss",
        "retail-copilot",
        "What do people search for in vain, and what does that cost?",
        """
SELECT gap, template, searches, round(share, 3) AS share, round(expected_share, 3) AS expected_share, lost_revenue_gbp
FROM query_gaps
ORDER BY lost_revenue_gbp DESC, gap, template
LIMIT 20
""",
    ),
    Question(
        "searches-on-the-rise",
        "retail-copilot",
        "Which searches grew most in the last complete week?",
        """
SELECT template, intent, searches_before, searches, round(growth, 3) AS growth
FROM query_trends
WHERE week_on = (SELECT max(week_on) FROM query_trends WHERE is_complete)
ORDER BY growth DESC, searches DESC, template
LIMIT 20
""",
    ),
    Question(
        "money-reconciliation",
        LAKE,
        "Is every penny of the order lines accounted for: let in, refused, or set aside as a duplicate?",
        """
WITH accepted AS (
  SELECT count(*) AS order_lines, sum(quantity * unit_price) AS money
  FROM ecommerce_curated.order_items
), kept_out AS (
  SELECT disposition,
         try_cast(json_extract_scalar(record, '$.quantity') AS decimal(18, 4))
           * try_cast(json_extract_scalar(record, '$.unit_price') AS decimal(18, 4)) AS money
  FROM ecommerce_curated.quarantine
  WHERE dataset = 'order_items'
), summed AS (
  SELECT count_if(disposition = 'refused') AS refused_lines, count_if(disposition = 'duplicate') AS duplicate_lines,
         count_if(money IS NULL) AS lines_without_money,
         CAST(coalesce(sum(money) FILTER (WHERE disposition = 'refused'), 0) AS decimal(28, 4)) AS refused_money,
         CAST(coalesce(sum(money) FILTER (WHERE disposition = 'duplicate'), 0) AS decimal(28, 4)) AS duplicate_money
  FROM kept_out
)
SELECT order_lines + refused_lines + duplicate_lines AS order_lines,
       CAST(coalesce(money, 0) AS decimal(28, 4)) AS accepted_money, refused_money, duplicate_money,
       CAST(coalesce(money, 0) AS decimal(28, 4)) + refused_money + duplicate_money AS all_money, lines_without_money
FROM accepted CROSS JOIN summed
""",
    ),
    Question(
        "why-refused",
        LAKE,
        "Which rows were kept out, and why?",
        """
SELECT dataset, disposition, rule, column_name, count(*) AS kept_out
FROM ecommerce_curated.quarantine
GROUP BY dataset, disposition, rule, column_name
ORDER BY kept_out DESC, dataset, rule, column_name
""",
    ),
)


def question(name: str) -> Question:
    """The saved question of that name. QueryError names those there are."""
    for saved in QUESTIONS:
        if saved.name == name:
            return saved
    raise QueryError(f"no saved question {name}; there are {', '.join(saved.name for saved in QUESTIONS)}")


def questions_of(system: str) -> tuple[Question, ...]:
    """The saved questions of one system, the one to show first."""
    return tuple(saved for saved in QUESTIONS if saved.system == system)
