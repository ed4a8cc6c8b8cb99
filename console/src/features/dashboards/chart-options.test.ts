import { expect, test } from 'vitest'

import { newest, type Shown } from './chart-options'

const history = (at: number) => [`day ${at}`, at, null]
const shown = (kind: string): Shown => ({
  panel: { kind, x: 'day', y: ['sold', 'expected'] } as unknown as Shown['panel'],
  columns: ['day', 'sold', 'expected'],
  rows: [...Array.from({ length: 50 }, (_, at) => history(at)), ['day 50', null, 7], ['day 51', null, 8]],
})

test('on a phone a forecast has two periods of history for each expected one', () => {
  expect(newest(shown('fan')).rows.map(([day]) => day)).toEqual([
    'day 46',
    'day 47',
    'day 48',
    'day 49',
    'day 50',
    'day 51',
  ])
})

test('another chart keeps all of its rows', () => {
  expect(newest(shown('line')).rows).toHaveLength(52)
})
