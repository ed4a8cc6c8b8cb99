-- Of the statement's `lines` (order_id, ordered_at, customer_id, product_id, unit_price, quantity) the pieces that were kept.
-- As `purchase_days` of the customer models matches them: a return takes pieces, not money, off the newest earlier purchases of
-- the article by its customer. `kept` of a return is what no purchase has, below 0, so sums of `kept` are net.
levels AS (
  SELECT lines.*, row_number() OVER (PARTITION BY customer_id, product_id ORDER BY ordered_at, quantity DESC, order_id, unit_price) AS place
  FROM lines
), summed_levels AS (
  SELECT levels.*, CAST(sum(quantity) OVER (PARTITION BY customer_id, product_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS bigint) AS level
  FROM levels
), lowest_levels AS (
  SELECT summed_levels.*, least(0, min(level) OVER (PARTITION BY customer_id, product_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) AS lowest,
         least(0, coalesce(min(level) OVER (PARTITION BY customer_id, product_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS lowest_before
  FROM summed_levels
), kept_lines AS (
  SELECT lowest_levels.*,
         CASE WHEN quantity < 0 THEN lowest - lowest_before
              ELSE greatest(0, least(quantity, min(level - lowest) OVER (PARTITION BY customer_id, product_id ORDER BY place ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
                                               - (level - lowest - quantity))) END AS kept
  FROM lowest_levels
)
