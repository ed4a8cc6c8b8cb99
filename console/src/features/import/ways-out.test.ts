import { expect, test } from 'vitest'

import { draftColumns, edited, fieldsOf, hasLocalTimes, nameProblem, type Property } from './draft-columns'
import { hinderedWords, openReasons, wayWords, withWay } from './ways-out'

const IN_FILE = ['Box', 'IPAddress', 'Tracking ID']
const NUMBERS = { name: 'tracking_id', logicalType: 'string', physicalType: 'VARCHAR(32)' }
const DOCUMENT = {
  id: 'headgate.source.boxes',
  name: 'boxes',
  schema: [
    {
      name: 'boxes',
      customProperties: [
        { property: 'headgate.newColumns', value: 'keep_as_text' },
        { property: 'headgate.aliases', value: { tracking_id: ['tracking id'] } },
      ],
      properties: [
        { name: 'box', logicalType: 'string', physicalType: 'VARCHAR(20)' },
        { name: 'ipaddress', logicalType: 'string', physicalType: 'VARCHAR(20)', primaryKey: true },
        {
          ...NUMBERS,
          primaryKey: true,
          customProperties: [{ property: 'headgate.content', value: 'tracking_number' }],
        },
      ],
    },
  ],
}
const ADDRESS = {
  column: 'ipaddress',
  reason: 'has data about people, and a deployment decides who may read it',
  like_cards: 0,
  ways: [{ way: 'leave_out' as const, property: {} }],
}
const TRACKING = {
  column: 'tracking_id',
  reason: 'is searched less for card numbers, and a deployment records that',
  like_cards: 12,
  ways: [
    { way: 'search_in_full' as const, property: NUMBERS },
    {
      way: 'mask_numbers' as const,
      property: {
        name: 'tracking_id',
        physicalType: 'TEXT',
        logicalType: 'string',
        customProperties: [{ property: 'headgate.mask', value: 'free_text' }],
      },
    },
    { way: 'leave_out' as const, property: {} },
  ],
}
const about = { name: 'boxes', description: '', timeZone: 'UTC' }

const drafted = draftColumns(DOCUMENT)
interface Document {
  schema: { properties: Property[]; customProperties: unknown[] }[]
}

test('a column that is left out is in the contract by its name alone, and other new columns are kept', () => {
  const columns = withWay(drafted, drafted, ADDRESS, 'leave_out')
  const [table] = (edited(DOCUMENT, about, columns) as unknown as Document).schema
  expect(table?.properties.map((one) => one.name)).toEqual(['box', 'tracking_id'])
  expect(table?.customProperties).toContainEqual({ property: 'headgate.leftOut', value: ['ipaddress'] })
  expect(table?.customProperties).toContainEqual({ property: 'headgate.newColumns', value: 'keep_as_text' })
  expect(table?.properties[1]).toMatchObject({ primaryKey: true, primaryKeyPosition: 1 })
  expect(fieldsOf(columns, IN_FILE)).toEqual({ Box: 'box', IPAddress: null, 'Tracking ID': 'tracking_id' })
})

test('a column that is searched in full states no other numbers and stays a key', () => {
  const columns = withWay(drafted, drafted, TRACKING, 'search_in_full')
  const [table] = (edited(DOCUMENT, about, columns) as unknown as Document).schema
  expect(table?.properties[2]).toMatchObject({ physicalType: 'VARCHAR(32)', primaryKey: true })
  expect(table?.properties[2]?.customProperties).toBeUndefined()
})

test('a column with hidden numbers identifies no row, and each choice can be changed', () => {
  const masked = withWay(drafted, drafted, TRACKING, 'mask_numbers')
  expect(masked[2]).toMatchObject({ key: false, required: true, type: 'TEXT' })
  const [table] = (edited(DOCUMENT, about, masked) as unknown as Document).schema
  expect(table?.properties[2]?.customProperties).toEqual([{ property: 'headgate.mask', value: 'free_text' }])
  const left = withWay(masked, drafted, TRACKING, 'leave_out')
  expect(withWay(left, drafted, TRACKING, 'search_in_full')[2]).toMatchObject({ type: 'VARCHAR(32)' })
  expect(withWay(left, drafted, TRACKING, 'search_in_full')[2]?.isLeftOut).toBeUndefined()
})

test('a column is as before any way out after a change of mind, also as a person ticked it', () => {
  const ticked = drafted.map((one) => ({ ...one, key: one.name === 'box', required: one.name !== 'box' }))
  for (const hindered of [TRACKING, ADDRESS]) {
    const left = withWay(ticked, drafted, hindered, 'leave_out')
    expect(withWay(left, drafted, hindered, '')).toEqual(ticked)
  }
  const masked = withWay(drafted, drafted, TRACKING, 'mask_numbers')
  expect(withWay(masked, drafted, TRACKING, '')).toEqual(drafted)
  const left = withWay(masked, drafted, TRACKING, 'leave_out')
  expect(withWay(left, drafted, TRACKING, 'search_in_full')[2]).toMatchObject({ key: true, required: true })
})

test('nobody is asked for the zone of times that are left out', () => {
  const times = drafted.map((one) => ({ ...one, type: 'TIMESTAMP' }))
  expect(hasLocalTimes(times, times, ['box'])).toBe(true)
  const left = times.map((one) => (one.name === 'box' ? { ...one, isLeftOut: true } : one))
  expect(hasLocalTimes(times, left, ['box'])).toBe(false)
})

test('a reason is open until its column has a way out; those of the table stay', () => {
  const all = { columns: [ADDRESS, TRACKING], table: ['it states headgate.model'] }
  expect(openReasons(all, { ipaddress: 'leave_out' })).toEqual([
    'tracking_id is searched less for card numbers, and a deployment records that',
    'it states headgate.model',
  ])
})

test('the choice says what becomes of values and rows', () => {
  expect(hinderedWords(TRACKING)).toBe(
    '12 of its numbers look like card numbers. To store them unsearched, a deployment is needed.',
  )
  expect(hinderedWords(ADDRESS)).toBe('has data about people, and a deployment decides who may read it.')
  expect(TRACKING.ways.map(({ way }) => wayWords(way, TRACKING))).toEqual([
    'Keep it, and let the 12 rows with such a number wait for a person',
    'Keep it, and hide the numbers that look like card numbers',
    'Leave this column out: no table gets its values',
  ])
})

test('a dataset without any column cannot be created', () => {
  expect(nameProblem(drafted.map((one) => ({ ...one, isLeftOut: true })))).toBe(
    'A dataset needs at least one column.',
  )
})
