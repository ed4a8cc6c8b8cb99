// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { ReadAll, withMapped } from './group-steps'
import { RejectedRowsEditor } from './rejected-rows'
import { refusedRow } from './refused-row'
import { type Corrections, type GroupValues, rejectionGroups, sentRows } from './rejection-groups'

afterEach(cleanup)

const field = (name: string, type: string, sensitive = '') =>
  ({ name, type, sensitive, required: true, primary_key: false }) as Schemas['ContractColumn']
const FIELDS = [
  field('receipt', 'string'),
  field('sold_on', 'date'),
  field('amount', 'decimal(18,4)'),
  field('note', 'string', 'free_text'),
]
const ROW = refusedRow({
  source_row: 50,
  rule: 'type',
  column: 'sold_on',
  value: '31.02.2026',
  reason: 'Sold on is not a day.',
  also_refused: [{ column: 'amount', rule: 'type', reason: 'Amount is not a number. Write it as 13.50.' }],
  record: { receipt: 'B-50', sold_on: '31.02.2026', amount: '1598,99', note: 'by ####' },
})

const onSent = vi.fn()
const sent = () => [...(onSent.mock.lastCall?.[0] as Corrections)]

function Editor({ row }: { row: Schemas['RejectedRow'] }) {
  const [corrections, setCorrections] = useState<Corrections>(new Map())
  const { rule, column } = row
  return (
    <RejectedRowsEditor
      fileId="f1"
      form={{ format: 'csv' } as never}
      groups={rejectionGroups(
        [row],
        [{ rule, column, rows: 1, waiting: 1, ignored: null, values: [], readings: [] }],
      )}
      groupValues={new Map()}
      fields={FIELDS}
      keyColumns={['receipt']}
      spellings={{ sold_on: { patterns: ['dd.MM.yyyy'] } }}
      corrections={corrections}
      onChange={(next) => {
        onSent(next)
        setCorrections(next)
      }}
      onValues={() => undefined}
      onAsk={() => undefined}
    />
  )
}

const show = (row: Schemas['RejectedRow']) =>
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <Editor row={row} />
      </QueryClientProvider>
    </MantineProvider>,
  )

test('each refused cell of a row has a box of its own, and both are sent', async () => {
  show(ROW)
  await userEvent.type(screen.getByLabelText('Corrected Sold on of row 50'), '28.02.2026')
  await userEvent.type(screen.getByLabelText('Corrected Amount of row 50'), '1598.99')
  screen.getAllByText(/Sold on is not a day\. Amount is not a number\./)
  expect(sent()).toEqual([[50, { sold_on: '28.02.2026', amount: '1598.99' }]])
})

test('a waiting row shows its values first, then what is wrong with it', () => {
  show({ ...ROW, record: { ...ROW.record, kunde: 'Meier', ort: 'Bern' } })
  const [, row] = screen.getAllByRole('row')
  const text = row?.textContent ?? ''
  const places = [
    'Receipt B-50',
    'Kunde Meier',
    'Sold on: 31.02.2026',
    'Amount: 1598,99',
    'is not a day',
  ].map((part) => text.indexOf(part))
  expect(places.every((place, at) => place >= 0 && place > (places[at - 1] ?? -1))).toBe(true)
})

test('a cell that was refused in the correction alone has a box as well', async () => {
  show({
    ...ROW,
    also_refused: [{ column: 'receipt', rule: 'required', reason: 'Receipt is missing.' }],
    correction: 'refused',
    correction_reason: 'Receipt is missing.',
    corrected_cells: { sold_on: '2026-02-28', receipt: null },
  })
  await userEvent.type(screen.getByLabelText('Corrected Receipt of row 50'), 'B-51')
  expect(sent()).toEqual([[50, { receipt: 'B-51' }]])
  screen.getByText('31.02.2026 → 28.02.2026 · Receipt: B-50 → empty')
})

test('any other cell can be typed once it is shown, but none that is masked', async () => {
  show({ ...ROW, column: '', rule: 'ends_after_start', also_refused: [], value: null })
  expect(screen.queryByLabelText(/of row 50$/, { selector: 'input' })).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'All cells of row 50' }))
  const amount = screen.getByLabelText<HTMLInputElement>('Amount of row 50')
  expect(amount.value).toBe('1598,99')
  expect(screen.queryByLabelText('Note of row 50')).toBeNull()
  screen.getByText('by ####')
  fireEvent.change(amount, { target: { value: '7' } })
  expect(sent()).toEqual([[50, { amount: '7' }]])
  fireEvent.change(amount, { target: { value: '1598,99' } })
  expect(sent()).toEqual([])
})

test('no cell of a card number that comes from its source again has a box', () => {
  const card = { column: 'note', rule: 'card_number', reason: 'Note is no card number.' }
  show({ ...ROW, also_refused: [card] })
  expect(screen.queryByLabelText('Corrected Note of row 50')).toBeNull()
})

const COMMA = { decimal: ',', thousands: '.' }
const amounts = ['1598,99', '1.773,12', 'zwölf'].map((value, place) =>
  refusedRow({ source_row: place + 1, rule: 'type', column: 'amount', value, record: { amount: value } }),
)
const [OF_AMOUNTS] = rejectionGroups(amounts, [
  {
    rule: 'type',
    column: 'amount',
    rows: 3,
    waiting: 3,
    ignored: null,
    values: [],
    readings: [{ format: COMMA, rows: 2 }],
  },
])

test('all rows that a format reads are corrected by one click, which says how many become right', async () => {
  const onValues = vi.fn()
  const steps = (values: GroupValues) =>
    OF_AMOUNTS ? (
      <MantineProvider>
        <ReadAll group={OF_AMOUNTS} groupValues={values} onValues={onValues} />
      </MantineProvider>
    ) : null
  const { rerender } = render(steps(new Map()))
  await userEvent.click(
    screen.getByRole('button', { name: 'Read 2 of 3 rows with decimal comma · “.” between thousands' }),
  )
  const values = onValues.mock.lastCall?.[0] as GroupValues
  expect([...values.values()]).toEqual([{ rule: 'type', column: 'amount', value: null, format: COMMA }])
  rerender(steps(values))
  screen.getByText(/^2 of 3 rows become right: read with decimal comma .* 1 other row still to write\.$/)
  expect(sentRows(new Map(), values, OF_AMOUNTS ? [OF_AMOUNTS] : [])).toBe(2)
  await userEvent.click(screen.getByRole('button', { name: 'Take it back' }))
  expect([...(onValues.mock.lastCall?.[0] as GroupValues)]).toEqual([])
})

test('each refused value of a column is mapped in all of its rows', () => {
  const mapped = withMapped(new Map(), amounts, { zwölf: '12', '1598,99': '' })
  expect([...mapped]).toEqual([
    [1, { amount: null }],
    [3, { amount: '12' }],
  ])
})
