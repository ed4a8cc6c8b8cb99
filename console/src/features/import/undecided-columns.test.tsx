// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { type Edits, leftOutColumns, NO_EDITS } from './edits'
import { settled } from './suggested-fields'
import { UndecidedColumns } from './undecided-columns'

afterEach(cleanup)

const RESULT = {
  outcome: 'needs_mapping',
  mapping: {
    dataset: 'items',
    fields: [{ name: 'item_id', title: 'Item id', required: true }],
    columns: [
      { column: 'Nr', field: 'item_id' },
      { column: 'Text', field: '' },
      { column: 'Shelf', field: '' },
    ],
  },
  grid: { columns: ['Nr', 'Text', 'Shelf'] },
} as unknown as Schemas['DryRun']
const EDITS: Edits = { ...NO_EDITS, dataset: 'items', columns: { Nr: 'item_id' } }

const shown = (edits: Edits, result = RESULT) => {
  render(
    <MantineProvider>
      <UndecidedColumns result={result} edits={edits} isOfChoice />
    </MantineProvider>,
  )
  return screen.queryByRole('note')?.textContent ?? ''
}

test('columns that nobody decided about are named before the commit', () => {
  expect(shown(EDITS)).toBe(
    'Without a field: Text, Shelf. They stay out of the lake, unless you choose a field above them.',
  )
})

test('a list whose records are a part of their own is not said to stay out', () => {
  const nested = {
    part: 'orders',
    parts: ['orders', 'orders.Shelf'],
    part_rows: { orders: 2, 'orders.Shelf': 5 },
  }
  expect(shown(EDITS, { ...RESULT, ...nested })).toMatch(/^Without a field: Text\. /)
})

test('a column that a person left out is not asked about', () => {
  expect(shown({ ...EDITS, columns: { Nr: 'item_id', Shelf: null } })).toBe(
    'Without a field: Text. It stays out of the lake, unless you choose a field above it.',
  )
})

test('nothing is said of a file that is accepted as it is, or of which nothing is decided', () => {
  expect(shown(EDITS, { ...RESULT, outcome: 'done' })).toBe('')
  cleanup()
  expect(shown({ ...EDITS, columns: {} })).toBe('')
})

test('a column that is a part of a joined key does not stay out', () => {
  const join = {
    kind: 'join' as const,
    column: 'item_id',
    text: '-',
    search: '',
    values: {},
    into: ['Nr', 'Text'],
  }
  const edits = { ...EDITS, columns: { item_id: 'item_id' }, steps: [join] }
  expect(shown(edits)).toBe(
    'Without a field: Shelf. It stays out of the lake, unless you choose a field above it.',
  )
})

test('a column whose values are kept as text is not said to stay out, nor counted among those that do', () => {
  const checked = {
    ...RESULT,
    outcome: 'done',
    edits: EDITS,
    kept_columns: ['Text'],
  } as unknown as Schemas['DryRun']
  expect(shown(EDITS, checked)).toBe(
    'Without a field: Shelf. It stays out of the lake, unless you choose a field above it.',
  )
  expect(leftOutColumns(settled(EDITS, checked), ['Nr', 'Text', 'Shelf'])).toEqual(['Shelf'])
  cleanup()
  expect(shown(EDITS, { ...checked, kept_columns: ['Text', 'Shelf'] })).toBe('')
})

test('once an edit is checked, which leaves the column out, it is said to stay out', () => {
  const checked = { ...RESULT, outcome: 'done', edits: EDITS, kept_columns: ['Text'] }
  const asked = settled(EDITS, checked as unknown as Schemas['DryRun'], true)
  expect(asked.columns).toEqual({ Nr: 'item_id', Text: null, Shelf: null })
  const answer = { ...checked, edits: asked, kept_columns: [] } as unknown as Schemas['DryRun']
  expect(shown(EDITS, answer)).toMatch(/^Without a field: Text, Shelf\. They stay out/)
})
