-- The searches in vain, and whether they may wait (`may_wait`): the first ones, by what they lose, have four fifths of the whole.
ranked_gaps AS (
  SELECT query_gaps.*,
         coalesce(sum(lost_revenue_gbp) OVER (ORDER BY lost_revenue_gbp DESC, gap, template ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
         >= 0.8 * sum(lost_revenue_gbp) OVER () AS may_wait
  FROM query_gaps
)
