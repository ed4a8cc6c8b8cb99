-- name: next_weeks
-- system: market-intelligence-hub
-- Sales of the next weeks, with their 80 % interval
SELECT grain, 'of', period_on, 'sells GBP', mean, '(80 %: GBP', lower_80, 'to GBP', upper_80, ')'
FROM sales_forecast
WHERE level = 'total'
ORDER BY period_on
LIMIT 2

-- name: best_segments
-- system: demand-insights-engine
-- The segments that brought most
SELECT count(*), segment, 'brought GBP', round(sum(revenue_gbp), 2)
FROM customer_segments
GROUP BY segment
ORDER BY sum(revenue_gbp) DESC, segment
LIMIT 2

-- name: leaks_found
-- system: compliance-guardian
-- Cells looked through for card data, and what was found
SELECT sum(cells_scanned) / count(DISTINCT check_name), 'cells scanned, card data found', sum(findings)
FROM pci_audit

-- name: best_opportunity
-- system: global-market-pulse
-- Where most more could be sold; no place where such a list did worse than chance
SELECT region_name, 'could buy more', category, 'for GBP', round(potential_sales, 2)
FROM market_opportunities
WHERE test_result <> 'worse' AND rank <= 2
UNION ALL
SELECT DISTINCT 'none is named: an earlier list did worse than chance when tested', NULL, NULL, NULL, NULL
FROM market_opportunities
WHERE test_result = 'worse'

-- name: top_searches
-- system: retail-copilot
-- What people search for most
SELECT template, 'searched', searches, 'times, clicked', round(click_through_rate, 3)
FROM query_patterns
ORDER BY searches DESC, template
LIMIT 2
