import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { isNew, lakeValues, lakeWords, newValues } from './lake-values'

const profile = (facts: Record<string, unknown>): Schemas['DatasetProfile'] =>
  ({ columns: [{ name: 'category', type: 'string', facts }] }) as unknown as Schemas['DatasetProfile']

const FEW = profile({ distinct: 2, top: [{ value: 'garden' }, { value: 'kitchen' }] })
const SAMPLED = profile({ distinct: 1, top: [{ value: 'garden' }], estimated: { distinct: 'at least' } })
const MANY = profile({ distinct: 40, top: [{ value: 'garden' }] })

test('a value is new where all values of the lake are listed and it is none of them', () => {
  const few = lakeValues(FEW, 'category')
  expect(few && [isNew('garden ', few), isNew('Deko', few)]).toEqual([false, true])
  const many = lakeValues(MANY, 'category')
  expect(many && isNew('Deko', many)).toBe(false)
  const sampled = lakeValues(SAMPLED, 'category')
  expect(sampled && isNew('Deko', sampled)).toBe(false)
})

test('all values of a text are known by their bins, also beyond the most frequent ones', () => {
  const facts = {
    distinct: 3,
    top: [{ value: 'garden' }],
    bins: { kitchen: '0.2', garden: '0.7', toys: '0.1' },
  }
  const all = lakeValues(profile(facts), 'category')
  expect(all).toEqual({ values: ['garden', 'kitchen', 'toys'], distinct: 3, isComplete: true })
  expect(
    newValues(
      [
        ['Deko', 1],
        ['toys', 2],
      ],
      all,
    ),
  ).toEqual(['Deko'])
})

test('nothing is offered for a field without values, without a profile, or of personal data', () => {
  expect(lakeValues(FEW, 'name')).toBeUndefined()
  expect(lakeValues(undefined, 'category')).toBeUndefined()
  expect(lakeValues(profile({ distinct: 3, personal: true }), 'category')).toBeUndefined()
})

test('the sentence says whether more values than those listed are in the lake', () => {
  const none = { values: [], distinct: 0, isComplete: true }
  expect([FEW, MANY, SAMPLED].map((each) => lakeWords(lakeValues(each, 'category') ?? none))).toEqual([
    'In the lake: garden, kitchen.',
    'In the lake are 40 different values, most often garden.',
    'In the lake most often: garden.',
  ])
})
