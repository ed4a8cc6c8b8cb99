-- name: quality_of_forecasts
-- system: market-intelligence-hub
-- OWA against Naive2 of the shop's own forecast (below 1 is better), and coverage of its 80 % interval
SELECT 'OWA', round(owa, 3), '(Naive2 is 1), 80 % interval covers', round(coverage_80, 3),
       CASE WHEN windows = 0 THEN '! not tested at a past origin' WHEN owa >= 1 THEN '! loses to Naive2' ELSE '' END
FROM forecast_accuracy
WHERE level = 'total'

-- name: quality_of_customer_models
-- system: demand-insights-engine
-- AUC of churn and rank correlation of value on days that the models had not seen
SELECT replace(model || ' ' || metric, '_', ' '), round(value, 3), 'against', round(baseline, 3),
       CASE WHEN value <= baseline THEN '! loses to its baseline' ELSE '' END
FROM customer_model_quality
WHERE metric IN ('auc', 'value_rank_correlation')
ORDER BY model, metric

-- name: quality_of_fraud_model
-- system: compliance-guardian
-- AUC and average precision on the newest labels that the model had not seen
SELECT replace('fraud ' || metric, '_', ' '), round(max_by(value, period), 3), 'against', round(max_by(baseline, period), 3),
       CASE WHEN max_by(value, period) <= max_by(baseline, period) THEN '! loses to its baseline' ELSE '' END
FROM fraud_model_quality
WHERE metric IN ('auc', 'average_precision')
GROUP BY metric
ORDER BY metric

-- name: quality_of_opportunities
-- system: global-market-pulse
-- Which part of earlier opportunities was sold
SELECT replace(metric, '_', ' '), round(value, 3), 'against', round(baseline, 3),
       CASE WHEN value <= baseline THEN '! loses to its baseline' ELSE '' END
FROM market_opportunity_quality
WHERE metric = 'gap_closed_share'

-- name: quality_of_query_models
-- system: retail-copilot
-- Share of searches that the model of searches covers
SELECT replace(metric, '_', ' '), round(value, 3), 'against', round(baseline, 3),
       CASE WHEN value <= baseline THEN '! loses to its baseline' ELSE '' END
FROM query_model_quality
WHERE metric = 'covered_share'
