// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import {
  BlankRows,
  DescriptionRows,
  FooterRows,
  FutureDates,
  HiddenColumns,
  HiddenNumbers,
  SetForAll,
  Totals,
} from './column-doubts'
import { CommitLine } from './commit-line'
import { NO_EDITS, withDefault } from './edits'
import { stayOut } from './outcome-words'
import { settled } from './suggested-fields'

afterEach(cleanup)

const field = (name: string, required: boolean): Schemas['ContractField'] => ({
  name,
  title: name,
  type: 'string',
  required,
  may_be_empty: false,
  is_key: false,
  records_past: name === 'updated_at',
  unit: '',
  allowed: [],
  time_zone: '',
  declared_format: {},
  may_be_kept: false,
})
const RESULT = {
  outcome: 'needs_mapping',
  acceptance: 'ok',
  accepted: 0,
  quarantined: 0,
  duplicates: 0,
  duplicate_of: '',
  edited_copy: '',
  same_name: '',
  state: 'checked',
  mapping: {
    dataset: 'products',
    fields: [field('product_id', true), field('updated_at', false)],
    columns: [],
  },
  grid: { columns: ['Nr', 'VPE', 'EAN'], formats: {}, to_come: { VPE: { rows: 62, last: '2027-12-31' } } },
} as unknown as Schemas['DryRun']
const EDITS = { ...NO_EDITS, dataset: 'products' }

test('columns without a field stay out once each field that the file needs has a column', () => {
  const whole = { ...EDITS, columns: { Nr: 'product_id' } }
  expect(settled(whole, RESULT).columns).toEqual({ Nr: 'product_id', VPE: null, EAN: null })
  const incomplete = { ...EDITS, columns: { VPE: 'updated_at' } }
  expect(settled(incomplete, RESULT)).toBe(incomplete)
})

test('nothing is left out by the fields of another dataset, or of a file that was accepted as it is', () => {
  const whole = { ...EDITS, columns: { Nr: 'product_id' } }
  const other = { ...whole, dataset: 'orders' }
  expect(settled(other, RESULT)).toBe(other)
  expect(settled(whole, { ...RESULT, outcome: 'done' })).toBe(whole)
})

test('the columns that stay out are named where there is room, and counted else', () => {
  expect(stayOut(['VPE'])).toBe('VPE stays out')
  expect(stayOut(['VPE', 'EAN'])).toBe('2 columns stay out')
  expect(stayOut(['VPE', 'EAN'], 2)).toBe('VPE, EAN stay out')
})

test('the button commits in one click and says what comes in and what stays out', () => {
  const work = {
    check: {
      etag: '',
      result: { ...RESULT, outcome: 'done', accepted: 57, quarantined: 3, duplicates: 2, warned: [] },
    },
    edits: { ...EDITS, columns: { Nr: 'product_id' } },
    isCurrent: true,
    checkedAt: 0,
  } as unknown as Parameters<typeof CommitLine>[0]['work']
  const onCommit = vi.fn()
  render(
    <MantineProvider>
      <CommitLine
        work={work}
        missing={[]}
        orders={[]}
        leftOut={['VPE', 'EAN']}
        currencies={[]}
        onCommit={onCommit}
        onShowErrors={vi.fn()}
        onChange={vi.fn()}
      />
    </MantineProvider>,
  )
  fireEvent.click(
    screen.getByRole('button', { name: 'Commit: 57 in, 3 wait, 2 duplicates; 2 columns stay out' }),
  )
  expect(onCommit).toHaveBeenCalledOnce()
  expect(screen.getAllByRole('button')).toHaveLength(1)
})

test('card numbers in a file of no dataset are counted by column', () => {
  const result = {
    ...RESULT,
    grid: { hidden_numbers: { card: 30, note: 1 } },
  } as unknown as Schemas['DryRun']
  const { rerender } = render(
    <MantineProvider>
      <HiddenNumbers result={result} edits={NO_EDITS} />
    </MantineProvider>,
  )
  expect(screen.getByText('31 card or social security numbers were hidden')).toBeTruthy()
  expect(screen.getByText(/They are in card \(30\), note \(1\)\./)).toBeTruthy()
  rerender(
    <MantineProvider>
      <HiddenNumbers result={result} edits={EDITS} />
    </MantineProvider>,
  )
  expect(screen.queryByText(/were hidden/)).toBeNull()
})

test('each hidden column says why its values are hidden', () => {
  const grid = {
    hidden_because: { Karte: 'they look like card numbers' },
  } as unknown as Schemas['DryRun']['grid']
  render(
    <MantineProvider>
      <HiddenColumns grid={grid} />
    </MantineProvider>,
  )
  expect(screen.getByText('The values of 1 column are hidden')).toBeTruthy()
  expect(screen.getByText('Karte: they look like card numbers.')).toBeTruthy()
})

test('dates to come in a field of the past are left out by a click, and a value set for all rows is asked again', () => {
  const onChange = vi.fn()
  const edits = withDefault({ ...EDITS, columns: { VPE: 'updated_at' } }, 'product_id', 'true')
  render(
    <MantineProvider>
      <FutureDates result={RESULT} edits={edits} onChange={onChange} onShow={() => undefined} />
      <SetForAll result={RESULT} edits={edits} onChange={onChange} />
    </MantineProvider>,
  )
  expect(screen.getByText('VPE as updated_at: 62 dates in the future, up to 31 Dec 2027.')).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Leave VPE out' }))
  expect(onChange).toHaveBeenLastCalledWith(
    expect.objectContaining({ columns: { product_id: 'product_id', VPE: null } }),
  )
  expect(screen.getByText('product_id yes')).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Change product_id' }))
  expect(onChange).toHaveBeenLastCalledWith(
    expect.objectContaining({ columns: { VPE: 'updated_at' }, steps: [] }),
  )
})

test('rows of totals stay out until a person keeps them', () => {
  const onChange = vi.fn()
  const result = { ...RESULT, grid: { totals: [41] } } as unknown as Schemas['DryRun']
  const left = { ...EDITS, left_out: [7, 41] }
  const { rerender } = render(
    <MantineProvider>
      <Totals result={result} edits={left} onChange={onChange} />
    </MantineProvider>,
  )
  expect(screen.getByText('Row 41 is a line of totals and stays out.')).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Keep it as a row' }))
  expect(onChange).toHaveBeenLastCalledWith(expect.objectContaining({ left_out: [7] }))
  rerender(
    <MantineProvider>
      <Totals result={result} edits={EDITS} onChange={onChange} />
    </MantineProvider>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Leave out' }))
  expect(onChange).toHaveBeenLastCalledWith(expect.objectContaining({ left_out: [41] }))
})

test('a footer stays out beside the totals, each with its own button', () => {
  const onChange = vi.fn()
  const result = { ...RESULT, grid: { totals: [41], footer_rows: [43] } } as unknown as Schemas['DryRun']
  render(
    <MantineProvider>
      <FooterRows result={result} edits={{ ...EDITS, left_out: [41, 43] }} onChange={onChange} />
    </MantineProvider>,
  )
  expect(screen.getByText('Row 43 is a note below the rows and stays out.')).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Keep it as a row' }))
  expect(onChange).toHaveBeenLastCalledWith(expect.objectContaining({ left_out: [41] }))
})

test('rows without any value stay out, and nobody decides about them', () => {
  const grid = { totals: [], blank: 22, blank_rows: [5, 9] }
  render(
    <MantineProvider>
      <BlankRows result={{ ...RESULT, grid } as unknown as Schemas['DryRun']} />
    </MantineProvider>,
  )
  expect(screen.getByText('Rows 5, 9 and 20 more have no value in any cell and stay out.')).toBeTruthy()
})

test('rows that describe the columns stay out, beside the totals of the same file', () => {
  const onChange = vi.fn()
  const result = {
    ...RESULT,
    grid: { description_rows: [1, 2], totals: [41] },
  } as unknown as Schemas['DryRun']
  render(
    <MantineProvider>
      <DescriptionRows result={result} edits={{ ...EDITS, left_out: [1, 2, 41] }} onChange={onChange} />
    </MantineProvider>,
  )
  expect(screen.getByText('Rows 1, 2 describe the columns and stay out.')).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Keep them as rows' }))
  expect(onChange).toHaveBeenLastCalledWith(expect.objectContaining({ left_out: [41] }))
})

test('the rows with dates to come are shown once the gate has checked them', () => {
  const onShow = vi.fn()
  const checked = { ...RESULT, outcome: 'done' } as const
  render(
    <MantineProvider>
      <FutureDates
        result={checked}
        edits={{ ...EDITS, columns: { VPE: 'updated_at' } }}
        onChange={() => undefined}
        onShow={onShow}
      />
    </MantineProvider>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Show the rows' }))
  expect(onShow).toHaveBeenCalledWith('future_date')
})

test('a column of one day to come is not left out where its field is needed', () => {
  const grid = { rows: 66, to_come: { VPE: { rows: 1, last: '2027-12-31' } } }
  const result = { ...RESULT, outcome: 'done', grid } as unknown as Schemas['DryRun']
  const fields = RESULT.mapping?.fields ?? []
  const show = (required: boolean) =>
    render(
      <MantineProvider>
        <FutureDates
          result={{
            ...result,
            mapping: {
              ...RESULT.mapping,
              fields: fields.map((one) => ({ ...one, required })),
            } as Schemas['DryRun']['mapping'],
          }}
          edits={{ ...EDITS, columns: { VPE: 'updated_at' } }}
          onChange={() => undefined}
          onShow={() => undefined}
        />
      </MantineProvider>,
    )
  show(true)
  expect(screen.queryByRole('button', { name: 'Leave VPE out' })).toBeNull()
  screen.getByText(/Correct it in its cell, or leave the row out\./)
  cleanup()
  show(false)
  screen.getByRole('button', { name: 'Leave VPE out' })
})
