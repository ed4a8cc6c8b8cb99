import { expect, test } from 'vitest'

import { hasShareOfTotal } from './share-of-total'

const has = (sql: string): boolean => hasShareOfTotal(sql, ['trips'])

test.each([
  ['a window', 'SELECT region, count(*) * 1.0 / sum(count(*)) OVER () AS share FROM trips GROUP BY region'],
  ['a guarded window', 'SELECT price / nullif(sum(CAST(price AS double)) OVER (), 0) AS share FROM trips'],
  ['a window of a part', 'SELECT price / sum(price) OVER (PARTITION BY region) AS share FROM trips'],
  [
    'a window by its name',
    'WITH all_of AS (SELECT price, sum(CAST(price AS double)) OVER () AS sold FROM trips) SELECT price / nullif(sold, 0) FROM all_of',
  ],
  ['a subselect', 'SELECT count(*) * 1.0 / (SELECT count(*) FROM trips) AS share FROM trips GROUP BY region'],
  [
    'a joined total',
    'SELECT price / t.sold AS share FROM trips CROSS JOIN (SELECT sum(price) AS sold FROM trips) AS t',
  ],
])('a share is divided by %s', (_, sql) => {
  expect(has(sql)).toBe(true)
})

test.each([
  ['a mean', 'SELECT region, sum(price) / count(*) AS mean, count(*) OVER () AS regions FROM trips'],
  ['a rate', 'SELECT late / nullif(all_of, 0) AS rate, sum(late) OVER () AS title_late FROM trips'],
  ['a growth', 'SELECT price / lag(price) OVER (ORDER BY day) - 1 AS growth FROM trips'],
  ['the newest row', 'SELECT price / 2 AS half FROM trips WHERE day = (SELECT max(day) FROM trips)'],
  ['a date in a text', "SELECT price, sum(price) OVER () AS title_sum FROM trips WHERE period <> '1/2'"],
])('%s is no share', (_, sql) => {
  expect(has(sql)).toBe(false)
})
