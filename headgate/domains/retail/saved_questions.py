"""Saved questions of each system in Athena's SQL. Tables without a database are in `ecommerce_prod`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.query.questions import LAKE, SavedQuestion

if TYPE_CHECKING:
    from collections.abc import Mapping


_QUESTIONS = (
    SavedQuestion(
        "sales_forecast",
        "market-intelligence-hub",
        "What will the shop sell in each of the periods ahead, and with which confidence?",
        """
SELECT grain, period_on, mean, lower_80, upper_80, lower_95, upper_95, model
FROM sales_forecast
WHERE level = 'total'
ORDER BY period_on
""",
    ),
    SavedQuestion(
        "forecast_skill",
        "market-intelligence-hub",
        "How much better than the seasonal rule are forecasts (below 1 is better), and do intervals hold?",
        """
SELECT level, count(*) AS series, count_if(windows > 0) AS tested_series, round(avg(owa), 3) AS owa, round(avg(mase), 3) AS mase,
       round(avg(coverage_80), 3) AS coverage_80, round(avg(coverage_95), 3) AS coverage_95
FROM forecast_accuracy
GROUP BY level
ORDER BY level
""",  # noqa: E501 a listing
    ),
    SavedQuestion(
        "rising_series",
        "market-intelligence-hub",
        (
            "Which regions and categories are rising, by how much from one period to the next, and of which "
            "is no trend known?"
        ),
        """
SELECT series_id, level, direction, recent_revenue, slope_per_period, slope_share, quarter_growth, p_value
FROM sales_trends
WHERE direction IN ('rising', 'unknown') AND level IN ('region', 'category')
ORDER BY direction, slope_per_period DESC, series_id
LIMIT 20
""",
    ),
    SavedQuestion(
        "unusual_weeks",
        "market-intelligence-hub",
        "When were sales not as expected, and why?",
        """
SELECT period_on, series_id, direction, actual, expected, round(score, 1) AS score, reason, explanation,
       order_id
FROM sales_anomalies
WHERE folds_into IS NULL
ORDER BY abs(score) DESC, series_id, period_on
LIMIT 20
""",
    ),
    SavedQuestion(
        "customer_segments",
        "demand-insights-engine",
        "Who are the customers, and what did each segment bring?",
        """
SELECT segment, count(*) AS customers, sum(revenue_gbp) AS revenue_gbp, round(avg(CAST(recency_days AS double)), 0) AS days_since_last
FROM customer_segments
GROUP BY segment
ORDER BY revenue_gbp DESC, segment
""",  # noqa: E501 a listing
    ),
    SavedQuestion(
        "most_valuable_customers",
        "demand-insights-engine",
        "Who will spend most in the next 90 days, and with which confidence?",
        """
SELECT v.customer_id, s.segment, v.expected_value_90d, v.value_90d_low, v.value_90d_high,
       round(v.alive_probability, 3) AS alive_probability
FROM customer_lifetime_value AS v
JOIN customer_segments AS s ON s.customer_id = v.customer_id
ORDER BY v.expected_value_90d DESC, v.customer_id
LIMIT 20
""",
    ),
    SavedQuestion(
        "worth_an_offer",
        "demand-insights-engine",
        "Which late customers should be won back first, and why are they likely to leave?",
        """
SELECT risk_rank, customer_id, silent_days, usual_days, driver_1, driver_2,
       round(churn_probability, 3) AS churn_probability, value_at_stake_gbp, make_offer, marketing_opt_in
FROM churn_risk
WHERE win_back
ORDER BY risk_rank
LIMIT 20
""",
    ),
    SavedQuestion(
        "customer_model_quality",
        "demand-insights-engine",
        "How good are the customer models against their baselines?",
        """
SELECT model, metric, period, round(value, 4) AS value, round(baseline, 4) AS baseline, baseline_model, rows_used
FROM customer_model_quality
ORDER BY model, metric, period
""",  # noqa: E501 a listing
    ),
    SavedQuestion(
        "totals_that_agree",
        "demand-insights-engine",
        (
            "Do the customer models and the sales forecast expect the same sales of the coming 90 days, and "
            "if not, why?"
        ),
        """
WITH customer_total AS (
  SELECT date_add('day', 1, max(as_of)) AS first_on, date_add('day', 91, max(as_of)) AS end_on,
         max(CASE WHEN metric = 'all_gbp' THEN value END) AS all_gbp,
         max(CASE WHEN metric = 'known_customers_gbp' THEN value END) AS known_customers_gbp,
         max(CASE WHEN metric = 'new_customers_gbp' THEN value END) AS new_customers_gbp,
         max(CASE WHEN metric = 'guests_gbp' THEN value END) AS guests_gbp,
         max(CASE WHEN metric = 'corrections_gbp' THEN value END) AS corrections_gbp,
         max(CASE WHEN metric = 'ratio_to_forecast' THEN note END) AS reason
  FROM customer_model_quality
  WHERE model = 'shop_total_90d'
), periods AS (
  SELECT coalesce(date_add('day', 1, sold_until), period_on) AS period_on, CAST(mean - coalesce(sold_so_far, 0) AS double) AS mean,
         CASE grain WHEN 'day' THEN date_add('day', 1, period_on) WHEN 'week' THEN date_add('day', 7, period_on)
                    ELSE date_add('month', 1, period_on) END AS next_on
  FROM sales_forecast
  WHERE level = 'total'
), days AS (
  SELECT date_diff('day', greatest(period_on, first_on), least(next_on, end_on)) AS days,
         mean / nullif(date_diff('day', period_on, next_on), 0) AS mean_of_a_day
  FROM periods CROSS JOIN customer_total
  WHERE next_on > first_on AND period_on < end_on
), forecast AS (
  SELECT sum(days) AS days, sum(days * mean_of_a_day) AS forecast_gbp
  FROM days
)
SELECT days, round(all_gbp * days / 90, 2) AS customers_gbp, round(forecast_gbp, 2) AS forecast_gbp,
       round(all_gbp * days / 90 / nullif(forecast_gbp, 0), 3) AS ratio, round(known_customers_gbp, 2) AS known_customers_gbp,
       round(new_customers_gbp, 2) AS new_customers_gbp, round(guests_gbp, 2) AS guests_gbp,
       round(corrections_gbp, 2) AS corrections_gbp, reason
FROM customer_total CROSS JOIN forecast
""",  # noqa: E501 a listing
    ),
    SavedQuestion(
        "fraud_decisions",
        "compliance-guardian",
        "What would be blocked or reviewed, and how much of the known fraud is that?",
        """
SELECT decision, count(*) AS transactions, sum(amount) AS amount, count_if(is_fraud) AS known_frauds
FROM fraud_scores
GROUP BY decision
ORDER BY decision
""",
    ),
    SavedQuestion(
        "pci_audit",
        "compliance-guardian",
        "Is there card data anywhere it must not be?",
        """
SELECT zone, check_name, sum(objects_scanned) AS objects_scanned, sum(cells_scanned) AS cells_scanned,
       sum(findings) AS findings, bool_and(passed) AS passed, array_join(array_agg(DISTINCT declared), '; ') AS declared
FROM pci_audit
GROUP BY zone, check_name
ORDER BY zone, check_name
""",  # noqa: E501 a listing
    ),
    SavedQuestion(
        "riskiest",
        "compliance-guardian",
        "Which cards, customers and terminals carry the most risk?",
        """
SELECT entity_type, entity_id, round(score, 3) AS score, transactions, known_frauds, fraud_amount, last_seen_at
FROM risk_scores
WHERE risk_band = 'high'
ORDER BY score DESC, entity_type, entity_id
LIMIT 20
""",  # noqa: E501 a listing
    ),
    SavedQuestion(
        "fraud_model_quality",
        "compliance-guardian",
        "How good is the fraud model against its baseline?",
        """
SELECT model, metric, period, round(value, 4) AS value, round(baseline, 4) AS baseline, baseline_model, rows_used
FROM fraud_model_quality
WHERE metric NOT LIKE 'daily_%'
ORDER BY model, metric, period
""",  # noqa: E501 a listing
    ),
    SavedQuestion(
        "regions_last_month",
        "global-market-pulse",
        "What did each region sell in the last complete month, and is it growing?",
        """
SELECT region_name, revenue, sales_share, monthly_growth, yearly_growth, revenue_per_1000_people, delivery_days_median
FROM regional_performance
WHERE month_on = (SELECT max(month_on) FROM regional_performance WHERE is_complete)
ORDER BY revenue DESC, region_name
LIMIT 20
""",  # noqa: E501 a listing
    ),
    SavedQuestion(
        "where_to_grow",
        "global-market-pulse",
        (
            "Which category should be offered in which region, and what is it worth? No row where a test "
            "shows that such lists do worse than chance."
        ),
        """
SELECT rank, region_name, category, test_result, potential_sales, potential_low, potential_high,
       round(confidence, 3) AS confidence
FROM market_opportunities
WHERE test_result <> 'worse'
ORDER BY rank
LIMIT 20
""",
    ),
    SavedQuestion(
        "what_people_search",
        "retail-copilot",
        "What do people search for, and does it lead anywhere?",
        """
SELECT template, intent, sub_intent, searches, round(click_through_rate, 3) AS click_through_rate,
       round(purchase_rate, 3) AS purchase_rate, round(zero_result_share, 3) AS zero_result_share, example
FROM query_patterns
ORDER BY searches DESC, template
LIMIT 20
""",
    ),
    SavedQuestion(
        "what_they_miss",
        "retail-copilot",
        "What do people search for in vain, and what does that cost?",
        """
SELECT gap, search, searches, round(share, 3) AS share, round(expected_share, 3) AS expected_share, lost_revenue_gbp
FROM query_gaps
ORDER BY lost_revenue_gbp DESC, gap, template
LIMIT 20
""",  # noqa: E501 a listing
    ),
    SavedQuestion(
        "searches_on_the_rise",
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
    SavedQuestion(
        "online_retail_money",
        LAKE,
        "Is every penny of the order lines accounted for: accepted, refused or a duplicate? (Online "
        "Retail II: 9,539,484.634)"
        " Reads values of refused rows, which needs the group personal-data.",
        """
WITH order_lines AS (
  SELECT 'accepted' AS part, CAST(quantity * unit_price AS decimal(28, 4)) AS amount
  FROM ecommerce_curated.order_items
  UNION ALL
  SELECT disposition AS part,
         CAST(try_cast(json_extract_scalar(record, '$.quantity') AS decimal(18, 4))
           * try_cast(json_extract_scalar(record, '$.unit_price') AS decimal(18, 4)) AS decimal(28, 4)) AS amount
  FROM ecommerce_curated.quarantine
  WHERE dataset = 'order_items'
)
SELECT part, count(*) AS lines, coalesce(sum(amount), 0) AS amount, count_if(amount IS NULL) AS lines_without_amount,
       sum(sum(amount)) OVER () AS amount_of_all
FROM order_lines
GROUP BY part
ORDER BY part
""",  # noqa: E501 a listing
    ),
)


QUESTIONS: Mapping[str, SavedQuestion] = {saved.name: saved for saved in _QUESTIONS}

# For one screen: of each system, how good it says it is, and one answer. A line or two each.
QUALITY: Mapping[str, SavedQuestion] = {
    saved.system: saved
    for saved in (
        SavedQuestion(
            "quality_of_forecasts",
            "market-intelligence-hub",
            (
                "OWA against Naive2 of the shop's own forecast (below 1 is better), and coverage of its 80 "
                "% interval"
            ),
            """
SELECT 'OWA', round(owa, 3), '(Naive2 is 1), 80 % interval covers', round(coverage_80, 3),
       CASE WHEN windows = 0 THEN '! not tested at a past origin' WHEN owa >= 1 THEN '! loses to Naive2' ELSE '' END
FROM forecast_accuracy
WHERE level = 'total'
""",  # noqa: E501 a listing
        ),
        SavedQuestion(
            "quality_of_customer_models",
            "demand-insights-engine",
            "AUC of churn and rank correlation of value on days that the models had not seen",
            """
SELECT replace(model || ' ' || metric, '_', ' '), round(value, 3), 'against', round(baseline, 3),
       CASE WHEN value <= baseline THEN '! loses to its baseline' ELSE '' END
FROM customer_model_quality
WHERE metric IN ('auc', 'value_rank_correlation')
ORDER BY model, metric
""",
        ),
        SavedQuestion(
            "quality_of_fraud_model",
            "compliance-guardian",
            "AUC and average precision on the newest labels that the model had not seen",
            """
SELECT replace('fraud ' || metric, '_', ' '), round(max_by(value, period), 3), 'against', round(max_by(baseline, period), 3),
       CASE WHEN max_by(value, period) <= max_by(baseline, period) THEN '! loses to its baseline' ELSE '' END
FROM fraud_model_quality
WHERE metric IN ('auc', 'average_precision')
GROUP BY metric
ORDER BY metric
""",  # noqa: E501 a listing
        ),
        SavedQuestion(
            "quality_of_opportunities",
            "global-market-pulse",
            "Which part of earlier opportunities was sold",
            """
SELECT replace(metric, '_', ' '), round(value, 3), 'against', round(baseline, 3),
       CASE WHEN value <= baseline THEN '! loses to its baseline' ELSE '' END
FROM market_opportunity_quality
WHERE metric = 'gap_closed_share'
""",
        ),
        SavedQuestion(
            "quality_of_query_models",
            "retail-copilot",
            "Share of searches that the model of searches covers",
            """
SELECT replace(metric, '_', ' '), round(value, 3), 'against', round(baseline, 3),
       CASE WHEN value <= baseline THEN '! loses to its baseline' ELSE '' END
FROM query_model_quality
WHERE metric = 'covered_share'
""",
        ),
    )
}
ANSWERS: Mapping[str, SavedQuestion] = {
    saved.system: saved
    for saved in (
        SavedQuestion(
            "next_weeks",
            "market-intelligence-hub",
            "Sales of the next weeks, with their 80 % interval",
            """
SELECT grain, 'of', period_on, 'sells GBP', mean, '(80 %: GBP', lower_80, 'to GBP', upper_80, ')'
FROM sales_forecast
WHERE level = 'total'
ORDER BY period_on
LIMIT 2
""",
        ),
        SavedQuestion(
            "best_segments",
            "demand-insights-engine",
            "The segments that brought most",
            """
SELECT count(*), segment, 'brought GBP', round(sum(revenue_gbp), 2)
FROM customer_segments
GROUP BY segment
ORDER BY sum(revenue_gbp) DESC, segment
LIMIT 2
""",
        ),
        SavedQuestion(
            "leaks_found",
            "compliance-guardian",
            "Cells looked through for card data, and what was found",
            """
SELECT sum(cells_scanned) / count(DISTINCT check_name), 'cells scanned, card data found', sum(findings)
FROM pci_audit
""",
        ),
        SavedQuestion(
            "best_opportunity",
            "global-market-pulse",
            "Where most more could be sold; no place where such a list did worse than chance",
            """
SELECT region_name, 'could buy more', category, 'for GBP', round(potential_sales, 2)
FROM market_opportunities
WHERE test_result <> 'worse' AND rank <= 2
UNION ALL
SELECT DISTINCT 'none is named: an earlier list did worse than chance when tested', NULL, NULL, NULL, NULL
FROM market_opportunities
WHERE test_result = 'worse'
""",
        ),
        SavedQuestion(
            "top_searches",
            "retail-copilot",
            "What people search for most",
            """
SELECT template, 'searched', searches, 'times, clicked', round(click_through_rate, 3)
FROM query_patterns
ORDER BY searches DESC, template
LIMIT 2
""",
        ),
    )
}
