import { expect, test } from 'vitest'

import { largestNumber, smallestNumber } from './extremes'

test('the extremes of more numbers than a call has arguments', () => {
  const numbers = Array.from({ length: 600_000 }, (_, at) => at - 300_000)
  expect([smallestNumber(numbers), largestNumber(numbers)]).toEqual([-300_000, 299_999])
})

test('the extremes of few or no numbers, not less and not more than a bound', () => {
  expect([smallestNumber([]), largestNumber([])]).toEqual([Infinity, -Infinity])
  expect([smallestNumber([3, 5], 0), largestNumber([3, 5], 8)]).toEqual([0, 8])
  expect([smallestNumber(new Set([3, 5])), largestNumber(new Map([['a', 5]]).values())]).toEqual([3, 5])
})
