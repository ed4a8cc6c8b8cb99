// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { NO_EDITS, withFormat } from './edits'
import { formatWords, plainFormat } from './formats'
import { openFormats } from './suggested-fields'
import { Suggestions } from './suggestions'
import { showCommitLine } from './test-commit-line'
import { widthOf } from './use-columns'

afterEach(cleanup)

const field = (name: string, title: string, type: string) => ({
  name,
  title,
  type,
  required: true,
  may_be_empty: false,
  is_key: false,
  records_past: false,
  unit: '',
  allowed: [],
  time_zone: '',
})
const RESULT = {
  state: 'checked',
  outcome: 'done',
  acceptance: 'nothing_accepted',
  accepted: 0,
  quarantined: 42,
  duplicates: 0,
  duplicate_of: '',
  edited_copy: '',
  same_name: '',
  grid: {
    columns: ['Preis', 'Farbe'],
    rows: 42,
    formats: {
      Preis: { kind: 'decimal', format: { decimal: ',' }, others: 0 },
      Farbe: { kind: 'decimal', format: { decimal: ',' }, others: 0 },
    },
    to_come: {},
    flawed_cells: { Preis: 42 },
  },
  mapping: {
    dataset: 'items',
    fields: [field('price', 'Price', 'decimal(10,2)'), field('colour', 'Colour', 'string')],
    columns: [],
  },
  proposed_steps: [],
} as unknown as Schemas['DryRun']
const EDITS = { ...NO_EDITS, dataset: 'items', columns: { Preis: 'price', Farbe: 'colour' } }
const READ = withFormat(EDITS, 'price', { decimal: ',' })

test('a format that the values of a mapped column need is one of the suggestions', () => {
  const onChange = vi.fn()
  render(
    <MantineProvider>
      <Suggestions result={RESULT} edits={EDITS} onChange={onChange} />
    </MantineProvider>,
  )
  screen.getByText('Preis with decimal comma')
  fireEvent.click(screen.getByRole('button', { name: 'Use the suggestion' }))
  expect(onChange).toHaveBeenCalledWith(READ)
  expect(openFormats(RESULT, READ)).toEqual([])
})

test('no format is offered for values that the gate accepts as they are, or before a column is mapped', () => {
  const grid = RESULT.grid && { ...RESULT.grid, flawed_cells: {} }
  expect(openFormats({ ...RESULT, acceptance: 'ok', accepted: 42, quarantined: 0, grid }, EDITS)).toEqual([])
  expect(openFormats({ ...RESULT, outcome: 'needs_mapping', grid }, EDITS)).toHaveLength(1)
  expect(openFormats({ ...RESULT, outcome: 'needs_mapping', grid }, NO_EDITS)).toEqual([])
})

test('where every row is refused for want of a format, the button takes the format', () => {
  const onChange = vi.fn()
  showCommitLine(RESULT, EDITS, onChange)
  screen.getByText('Every row is refused, because a format of the file is not chosen yet.')
  expect(screen.queryByRole('button', { name: /^Show/ })).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'Read Preis with decimal comma' }))
  expect(onChange).toHaveBeenCalledWith(READ)
})

test('blanks around the values of a key are to be trimmed, though the gate accepts them; those of other texts stay', () => {
  const trim = { kind: 'bigint', format: { trim: true }, others: 0 }
  const grid = RESULT.grid && {
    ...RESULT.grid,
    formats: { Preis: trim, Farbe: { ...trim, kind: 'string' } },
    flawed_cells: {},
  }
  const fields = [{ ...field('price', 'Price', 'string'), is_key: true }, field('colour', 'Colour', 'string')]
  const mapping = RESULT.mapping && { ...RESULT.mapping, fields }
  const accepted = {
    ...RESULT,
    acceptance: 'ok',
    accepted: 42,
    quarantined: 0,
    grid,
    mapping,
  } as typeof RESULT
  expect(openFormats(accepted, EDITS)).toEqual([{ column: 'Preis', field: 'price', format: { trim: true } }])
  expect(openFormats(accepted, withFormat(EDITS, 'price', { trim: true }))).toEqual([])
})

test('a format of one row is no remedy where another column refuses every row', () => {
  const causes = [
    { column: 'Farbe', rule: 'type', rows: 42 },
    { column: 'Preis', rule: 'type', rows: 1 },
  ]
  const grid = RESULT.grid && { ...RESULT.grid, causes, flawed_cells: { Preis: 1, Farbe: 42 } }
  showCommitLine({ ...RESULT, grid } as Schemas['DryRun'], EDITS)
  screen.getByText(/^Every row is refused because of Farbe:/)
  expect(screen.queryByRole('button', { name: /^Read/ })).toBeNull()
})

test('several formats have one short button, and a file that cannot enter for another cause has none', () => {
  const grid = RESULT.grid && {
    ...RESULT.grid,
    columns: ['Preis', 'Menge'],
    formats: { ...RESULT.grid.formats, Menge: RESULT.grid.formats.Preis },
    flawed_cells: { Preis: 42, Menge: 42 },
  }
  const mapping = RESULT.mapping && {
    ...RESULT.mapping,
    fields: [...RESULT.mapping.fields, { ...RESULT.mapping.fields[0], name: 'quantity' }],
  }
  const two = { ...RESULT, grid, mapping } as Schemas['DryRun']
  const edits = { ...EDITS, columns: { ...EDITS.columns, Menge: 'quantity' } }
  showCommitLine(two, edits)
  screen.getByRole('button', { name: 'Read the columns in their 2 formats' })
  cleanup()
  showCommitLine({ ...two, outcome: 'rejected', acceptance: null }, edits)
  expect(screen.queryByRole('button', { name: /^Read/ })).toBeNull()
})

test('where no format is open, the button shows the refused rows', () => {
  const onShowErrors = vi.fn()
  showCommitLine(RESULT, READ, vi.fn(), onShowErrors)
  fireEvent.click(screen.getByRole('button', { name: 'Show the 42 rows with errors' }))
  expect(onShowErrors).toHaveBeenCalled()
})

test('a column is as wide as its format and its steps', () => {
  const none = { flawed: 0, format: '', steps: [] }
  expect(widthOf('Pos', none)).toBe(150)
  const format = 'decimal comma · “.” between thousands'
  expect(widthOf('Pos', { ...none, flawed: 42, format })).toBeGreaterThan(format.length * 6.5)
  const step = '3 values mapped (remembered)'
  expect(widthOf('Pos', { ...none, steps: [step] })).toBeGreaterThan(step.length * 6.5)
})

test('the plain spelling beside a declared format is a format of its own, and in words', () => {
  expect(plainFormat('decimal(10,2)', { decimal: ',' })).toEqual({ decimal: '.' })
  expect(plainFormat('boolean', { trueWords: ['ja'], falseWords: ['nein'] })).toEqual({
    trueWords: ['true'],
    falseWords: ['false'],
  })
  expect(plainFormat('decimal(10,2)', {})).toEqual({})
  expect(formatWords({ decimal: '.' })).toBe('decimal point')
  const grid = RESULT.grid && {
    ...RESULT.grid,
    formats: { Preis: { kind: 'decimal', format: { decimal: '.' }, others: 0 } },
  }
  expect(openFormats({ ...RESULT, grid } as Schemas['DryRun'], EDITS)[0]?.format).toEqual({ decimal: '.' })
})

test('a format that the contract declares is no suggestion, although single values are wrong', () => {
  const day = { ...field('day', 'Day', 'date'), declared_format: { patterns: ['MM/dd/yyyy', 'yyyy-MM-dd'] } }
  const seen = (pattern: string) =>
    ({
      ...RESULT,
      grid: {
        ...RESULT.grid,
        columns: ['Tag'],
        formats: { Tag: { kind: 'date', format: { patterns: [pattern] }, others: 1 } },
        flawed_cells: { Tag: 1 },
      },
      mapping: { ...RESULT.mapping, fields: [day] },
    }) as unknown as Schemas['DryRun']
  const edits = { ...NO_EDITS, dataset: 'items', columns: { Tag: 'day' } }
  expect(openFormats(seen('MM/dd/yyyy'), edits)).toEqual([])
  expect(openFormats(seen('dd.MM.yyyy'), edits).map(({ column }) => column)).toEqual(['Tag'])
})
