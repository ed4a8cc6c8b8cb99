-- name: sales_forecast
-- system: market-intelligence-hub
-- found_by: forecast, expected sales, next weeks
-- What will the shop sell in each of the periods ahead, and with which confidence?
SELECT grain, period_on, mean, lower_80, upper_80, lower_95, upper_95, model
FROM sales_forecast
WHERE level = 'total'
ORDER BY period_on

-- name: forecast_skill
-- system: market-intelligence-hub
-- found_by: forecast accuracy, is the forecast right
-- How much better than the seasonal rule are forecasts (below 1 is better), and do intervals hold?
SELECT level, count(*) AS series, count_if(windows > 0) AS tested_series, round(avg(owa), 3) AS owa, round(avg(mase), 3) AS mase,
       round(avg(coverage_80), 3) AS coverage_80, round(avg(coverage_95), 3) AS coverage_95
FROM forecast_accuracy
GROUP BY level
ORDER BY level

-- name: rising_series
-- system: market-intelligence-hub
-- found_by: trends, growth, decline, rising sales, falling sales
-- Which regions and categories are rising, by how much from one period to the next, and of which is no
-- trend known?
SELECT series_id, level, direction, recent_revenue, slope_per_period, slope_share, quarter_growth, p_value
FROM sales_trends
WHERE direction IN ('rising', 'unknown') AND level IN ('region', 'category')
ORDER BY direction, slope_per_period DESC, series_id
LIMIT 20

-- name: articles_to_order
-- system: market-intelligence-hub
-- found_by: stock, out of stock, reorder list, purchase list, order stock, inventory, replenishment, Nachbestellung, Lager, Lagerbestand, stock level, réassort, rupture de stock
-- Which articles should be in stock for the next 4 weeks, by the forecast of their categories, and how
-- many pieces at least and at most? The lake has no stock: order what is missing.
WITH lines AS (
  SELECT o.order_id, o.ordered_at, o.customer_id, i.product_id, i.unit_price, i.quantity, p.product_name, p.category
  FROM ecommerce_curated.order_items AS i
  JOIN ecommerce_curated.orders AS o ON o.order_id = i.order_id
  JOIN ecommerce_curated.products AS p ON p.product_id = i.product_id
  WHERE o.status <> 'adjusted' AND i.unit_price <> 0 AND {is_goods}
), {kept_lines}, recent AS (
  SELECT product_id, max(product_name) AS product_name, max(category) AS category, sum(kept * unit_price) AS sold, sum(kept) AS pieces
  FROM kept_lines
  WHERE ordered_at > (SELECT date_add('day', -91, max(ordered_at)) FROM ecommerce_curated.orders)
  GROUP BY product_id
), ahead AS (
  SELECT category, sum(greatest(mean - coalesce(sold_so_far, 0), 0)) AS expected, greatest(max(CASE WHEN horizon = 4 THEN sum_lower_80 END) - coalesce(sum(sold_so_far), 0), 0) AS low,
         greatest(max(CASE WHEN horizon = 4 THEN sum_upper_80 END) - coalesce(sum(sold_so_far), 0), 0) AS high, max(CASE WHEN horizon = 4 AND sum_windows > 0 THEN round(sum_off_by, 1) END) AS sum_off_by
  FROM sales_forecast
  WHERE level = 'category' AND horizon <= 4
  GROUP BY category
), shared AS (
  SELECT r.*, CAST(pieces AS double) / nullif(CAST(sum(sold) OVER (PARTITION BY category) AS double), 0) AS per_money,
         CAST(sold AS double) / nullif(CAST(sum(sold) OVER (PARTITION BY category) AS double), 0) AS share
  FROM recent AS r
)
SELECT s.product_id, s.product_name, s.category, CAST(ceil(CAST(a.expected AS double) * s.per_money) AS bigint) AS have_in_stock,
       CAST(floor(CAST(a.low AS double) * s.per_money) AS bigint) AS at_least, CAST(ceil(CAST(a.high AS double) * s.per_money) AS bigint) AS at_most,
       round(CAST(a.expected AS double) * s.share, 2) AS expected_sales, a.sum_off_by
FROM shared AS s
JOIN ahead AS a ON a.category = s.category
WHERE s.sold > 0 AND s.pieces > 0
ORDER BY expected_sales DESC, s.product_id
LIMIT 30

-- name: unusual_weeks
-- system: market-intelligence-hub
-- found_by: unusual sales, outliers, anomalies
-- When were sales not as expected, and why?
SELECT period_on, series_id, direction, actual, expected, round(score, 1) AS score, reason, explanation,
       order_id
FROM sales_anomalies
WHERE folds_into IS NULL
ORDER BY abs(score) DESC, series_id, period_on
LIMIT 20

-- name: customer_segments
-- system: demand-insights-engine
-- found_by: customer groups
-- Who are the customers, and what did each segment bring?
SELECT segment, count(*) AS customers, sum(revenue_gbp) AS revenue_gbp, round(avg(CAST(recency_days AS double)), 0) AS days_since_last
FROM customer_segments
GROUP BY segment
ORDER BY revenue_gbp DESC, segment

-- name: most_valuable_customers
-- system: demand-insights-engine
-- found_by: best customers, top customers, customer lifetime value
-- Who will spend most in the next 90 days, and with which confidence?
SELECT v.customer_id, s.segment, v.expected_value_90d, v.value_90d_low, v.value_90d_high,
       round(v.alive_probability, 3) AS alive_probability
FROM customer_lifetime_value AS v
JOIN customer_segments AS s ON s.customer_id = v.customer_id
ORDER BY v.expected_value_90d DESC, v.customer_id
LIMIT 20

-- name: worth_an_offer
-- system: demand-insights-engine
-- found_by: churn, call list, lost customers
-- Which late customers should be won back first, and why are they likely to leave?
SELECT risk_rank, customer_id, silent_days, usual_days, driver_1, driver_2,
       round(corrected_probability, 3) AS corrected_probability, value_at_stake_gbp, make_offer, marketing_opt_in
FROM churn_risk
WHERE win_back
ORDER BY risk_rank
LIMIT 20

-- name: customer_model_quality
-- system: demand-insights-engine
-- How good are the customer models against their baselines?
SELECT model, metric, period, round(value, 4) AS value, round(baseline, 4) AS baseline, baseline_model, rows_used
FROM customer_model_quality
ORDER BY model, metric, period

-- name: totals_that_agree
-- system: demand-insights-engine
-- Do the customer models and the sales forecast expect the same sales of the coming 90 days, and if not,
-- why?
WITH customer_total AS (
  SELECT date_add('day', 1, max(as_of)) AS first_on, date_add('day', 91, max(as_of)) AS end_on,
         max(CASE WHEN metric = 'all_gbp' THEN value END) AS all_gbp,
         max(CASE WHEN metric = 'known_customers_gbp' THEN value END) AS known_customers_gbp,
         max(CASE WHEN metric = 'new_customers_gbp' THEN value END) AS new_customers_gbp,
         max(CASE WHEN metric = 'guests_gbp' THEN value END) AS guests_gbp,
         max(CASE WHEN metric = 'corrections_gbp' THEN value END) AS corrections_gbp,
         max(CASE WHEN metric = 'all_gbp' THEN baseline END) AS own_forecast_gbp,
         max(CASE WHEN metric = 'ratio_to_forecast' THEN value END) AS own_ratio,
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
       round(ratio, 3) AS ratio, round(own_ratio, 3) AS ratio_to_own_forecast, round(own_forecast_gbp * days / 90, 2) AS own_forecast_gbp,
       round(known_customers_gbp * days / 90, 2) AS known_customers_gbp,
       round(new_customers_gbp * days / 90, 2) AS new_customers_gbp, round(guests_gbp * days / 90, 2) AS guests_gbp,
       round(corrections_gbp * days / 90, 2) AS corrections_gbp,
       -- The quality of the models compares with their own forecast of the shop's weeks, and so has another ratio.
       concat(CASE WHEN ratio IS NULL THEN reason_of_parts
                   WHEN ratio BETWEEN 1 / 1.1 AND 1.1 THEN 'They agree to a tenth.'
                   ELSE concat('They differ by more than a tenth: ', reason_of_parts) END,
              CASE WHEN own_ratio IS NULL OR round(ratio, 2) = round(own_ratio, 2) THEN ''
                   ELSE concat(' The ratio of customer_model_quality is ', CAST(CAST(own_ratio AS decimal(9, 2)) AS varchar),
                               ', because the customer models compare with a forecast of their own, from the weeks of the shop alone; the published one also fits those of regions and categories.') END) AS reason
FROM (
  SELECT *, all_gbp * days / 90 / nullif(forecast_gbp, 0) AS ratio,
         CASE WHEN reason IS NOT NULL THEN concat(reason, '.')
              WHEN own_forecast_gbp * days / 90 > forecast_gbp THEN 'the published forecast is lower than the own forecast of the customer models, with which they agree.'
              WHEN own_forecast_gbp IS NOT NULL AND forecast_gbp IS NOT NULL THEN 'the published forecast is higher than the own forecast of the customer models, with which they agree.'
              ELSE 'not compared: one of the forecasts is missing.' END AS reason_of_parts
  FROM customer_total CROSS JOIN forecast
) AS compared

-- name: fraud_decisions
-- system: compliance-guardian
-- found_by: fraud, suspicious payments
-- What would be blocked or reviewed, and how much of the known fraud is that?
SELECT decision, count(*) AS transactions, sum(amount) AS amount, count_if(is_fraud) AS known_frauds
FROM fraud_scores
GROUP BY decision
ORDER BY decision

-- name: pci_audit
-- system: compliance-guardian
-- Is there card data anywhere it must not be?
SELECT zone, check_name, sum(objects_scanned) AS objects_scanned, sum(cells_scanned) AS cells_scanned,
       sum(findings) AS findings, bool_and(passed) AS passed, array_join(array_agg(DISTINCT declared), '; ') AS declared
FROM pci_audit
GROUP BY zone, check_name
ORDER BY zone, check_name

-- name: riskiest
-- system: compliance-guardian
-- Which cards, customers and terminals carry the most risk?
SELECT entity_type, entity_id, round(score, 3) AS score, transactions, known_frauds, fraud_amount, last_seen_at
FROM risk_scores
WHERE risk_band = 'high'
ORDER BY score DESC, entity_type, entity_id
LIMIT 20

-- name: fraud_model_quality
-- system: compliance-guardian
-- How good is the fraud model against its baseline?
SELECT model, metric, period, round(value, 4) AS value, round(baseline, 4) AS baseline, baseline_model, rows_used
FROM fraud_model_quality
WHERE metric NOT LIKE 'daily_%'
ORDER BY model, metric, period

-- name: regions_last_month
-- system: global-market-pulse
-- What did each region sell in the last complete month, and is it growing?
-- Growth is that of the dashboard: of revenue, and from 20 orders in both months on.
SELECT region_name, revenue, revenue_share,
       monthly_growth, yearly_growth, CASE WHEN monthly_growth IS NULL THEN 'no growth: fewer than 20 orders in one of both months, or nothing sold before' END AS caution,
       orders, revenue_per_1000_people, delivery_days_median
FROM regional_performance
WHERE month_on = (SELECT max(month_on) FROM regional_performance WHERE is_complete)
ORDER BY revenue DESC, region_name
LIMIT 20

-- name: where_to_grow
-- system: global-market-pulse
-- found_by: growth opportunities, white space
-- Which category should be offered in which region, and what is it worth? No row where a test shows that
-- such lists do worse than chance.
SELECT rank, region_name, category, test_result, potential_sales, potential_low, potential_high,
       round(confidence, 3) AS confidence
FROM market_opportunities
WHERE test_result <> 'worse'
ORDER BY rank
LIMIT 20

-- name: what_people_search
-- system: retail-copilot
-- found_by: popular searches
-- What do people search for, and does it lead anywhere?
SELECT template, intent, sub_intent, searches, round(click_through_rate, 3) AS click_through_rate,
       round(purchase_rate, 3) AS purchase_rate, round(zero_result_share, 3) AS zero_result_share, example
FROM query_patterns
ORDER BY searches DESC, template
LIMIT 20

-- name: what_they_miss
-- system: retail-copilot
-- found_by: lost sales, missing articles, searches without results
-- What do people search for in vain, and what does that cost?
SELECT gap, search, searches, round(share, 3) AS share, round(expected_share, 3) AS expected_share, lost_revenue_gbp
FROM query_gaps
ORDER BY lost_revenue_gbp DESC, gap, template
LIMIT 20

-- name: searches_on_the_rise
-- system: retail-copilot
-- found_by: trending searches, new searches
-- Which searches grew most in the last complete week?
SELECT template, intent, searches_before, searches, round(growth, 3) AS growth
FROM query_trends
WHERE week_on = (SELECT max(week_on) FROM query_trends WHERE is_complete) AND template <> '(other)'
ORDER BY growth DESC, searches DESC, template
LIMIT 20

-- name: online_retail_money
-- system: lake
-- Is every penny of the order lines accounted for: accepted, refused or a duplicate? (Reads refused rows,
-- which needs the group personal-data.)
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
