import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { isNew, lakeValues, lakeWords } from './lake-values'

const profile = (facts: Record<string, unknown>): Schemas['DatasetProfile'] =>
  ({ columns: [{ name: 'category', type: 'string', facts }] }) as unknown as Schemas['DatasetProfile']

const FEW = profile({ distinct: 2, top: [{ value: 'garden' }, { value: 'kitchen' }] })
const MANY = profile({ distinct: 40, top: [{ value: 'garden' }] })

test('a value is new where all values of the lake are listed and it is none of them', () => {
  const few = lakeValues(FEW, 'category')
  expect(few && [isNew('garden ', few), isNew('Deko', few)]).toEqual([false, true])
  const many = lakeValues(MANY, 'category')
  expect(many && isNew('Deko', many)).toBe(false)
})

test('nothing is offered for a field without values, without a profile, or of personal data', () => {
  expect(lakeValues(FEW, 'name')).toBeUndefined()
  expect(lakeValues(undefined, 'category')).toBeUndefined()
  expect(lakeValues(profile({ distinct: 3, personal: true }), 'category')).toBeUndefined()
})

test('the sentence says whether more values than those listed are in the lake', () => {
  expect(
    [FEW, MANY].map((each) => lakeWords(lakeValues(each, 'category') ?? { values: [], distinct: 0 })),
  ).toEqual(['In the lake: garden, kitchen.', 'In the lake are 40 different values, most often garden.'])
})
