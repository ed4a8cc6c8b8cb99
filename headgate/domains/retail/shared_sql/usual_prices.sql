-- What each article costs now: its price in most orders of customers in the 4 weeks until its newest one, `prices` with place 1.
-- Guests often pay another price than customers do.
sales AS (
  SELECT p.product_name, o.order_id, o.customer_id, o.ordered_at, i.unit_price,
         max(CASE WHEN o.customer_id IS NOT NULL THEN o.ordered_at END) OVER (PARTITION BY p.product_name) AS priced_at
  FROM orders AS o
  JOIN order_items AS i ON i.order_id = o.order_id
  JOIN products AS p ON p.product_id = i.product_id
  WHERE o.status = 'completed' AND i.quantity > 0 AND i.unit_price > 0 AND coalesce(p.category, '') <> 'service'
), prices AS (
  SELECT product_name, unit_price,
         row_number() OVER (PARTITION BY product_name ORDER BY count(DISTINCT order_id) DESC, max(ordered_at) DESC, unit_price) AS place
  FROM sales
  WHERE customer_id IS NOT NULL AND ordered_at >= date_add('day', -28, priced_at)
  GROUP BY product_name, unit_price
)
