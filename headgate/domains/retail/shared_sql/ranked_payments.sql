-- The scored payments, and whether their review may wait (`is_weak`): in the tested days reviews of payments of their probability
-- cost more than they saved.
tested AS (
  SELECT max(period) AS period
  FROM fraud_model_quality
  WHERE model = 'gradient_boosting' AND metric = 'average_precision' AND value IS NOT NULL
), payments AS (
  SELECT p.*, CASE WHEN score < 0.1 THEN 0.1 WHEN score < 0.25 THEN 0.25 WHEN score < 0.5 THEN 0.5 ELSE 1.0 END AS below,
         decision = 'review' AND is_fraud IS NOT NULL AS is_judged,
         coalesce(CAST(transacted_at AS date) BETWEEN CAST(substr(period, 1, 10) AS date) AND CAST(substr(period, 12, 10) AS date), false) AS is_tested
  FROM fraud_scores AS p
  CROSS JOIN tested
), bands AS (
  -- A band whose reviews were too few to judge counts as worth its cost.
  SELECT below, count_if(is_judged AND is_tested) < 20
               OR sum(CASE WHEN is_judged AND is_tested AND is_fraud THEN amount ELSE 0 END) >= 3 * count_if(is_judged AND is_tested) AS is_worth
  FROM payments
  GROUP BY below
), ranked_payments AS (
  -- The lowest bands whose reviews cost more than they saved, up to the first that was worth it.
  SELECT payments.*, below < (SELECT coalesce(min(CASE WHEN is_worth THEN below END), 2) FROM bands) AS is_weak
  FROM payments
)
