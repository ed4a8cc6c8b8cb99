// @vitest-environment happy-dom
import { refusedRow } from './refused-row'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { Story } from './file-page'

const FILE: Schemas['FileDetail'] = {
  file_id: 'f1',
  key: 'payments/today.csv',
  dataset: 'payments',
  state: 'done',
  size_bytes: 503,
  received_at: '2026-11-24T03:00:00',
  finished_at: '2026-11-24T03:00:02',
  received: 4,
  accepted: 1,
  quarantined: 2,
  ignored: 0,
  same_key: 0,
  duplicates: 1,
  warnings: 0,
  warned: [],
  acceptance: 'many_refused',
  quality_score: 0.65,
  duplicate_of: '',
  closed_by: '',
  period: '',
  contract: 'payments@1.0.0',
  definitions: '',
  content_sha256: '',
  reasons: { not_a_number: 2 },
  masked: {},
  written_as: {},
  profile: {},
  mapping: {},
  stages: [{ name: 'upload', state: 'done', at: '2026-11-24T03:00:00', seconds: 0.1, message: '503 bytes' }],
  work: { seconds: 0.029, memory_mb: 3008, usd: '0.000056', rows_per_s: 138 },
  uploaded_by: '',
  undone_by: '',
  edited_before: null,
  open_parts: [],
  kept_columns: [],
  in_snapshot: '',
  corrected: 0,
  taken_instead: 0,
  given_another_key: 0,
  rows: 4,
}
const row = (place: number, changed: Partial<Schemas['RejectedRow']> = {}): Schemas['RejectedRow'] =>
  refusedRow({
    source_row: place,
    value: 'oops',
    reason: 'is not a number',
    record: { amount: 'oops' },
    ...changed,
  })

let answers: Record<string, unknown> = {}

beforeEach(() => {
  answers = {
    '/v1/me': { name: 'op', groups: ['operator'], role: 'operator' },
    '/v1/files/f1/rejected-rows': {
      groups: [{ rule: 'not_a_number', column: 'amount', rows: 2, waiting: 2, values: [], readings: [] }],
      rows: [row(2), row(3)],
      next_cursor: '',
    },
  }
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string) => {
    const body = answers[new URL(url).pathname]
    return Promise.resolve(
      body ? new Response(JSON.stringify(body)) : new Response('{"message": "none"}', { status: 404 }),
    )
  })
})
afterEach(cleanup)

const show = (
  file: Partial<Schemas['FileDetail']> = {},
  queries = new QueryClient({ defaultOptions: { queries: { retry: false } } }),
) =>
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <MemoryRouter>
          <Story file={{ ...FILE, ...file }} />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )

/** The names of the primary buttons, in their order on the page. */
const primary = (): string[] =>
  screen
    .queryAllByRole('button')
    .filter(
      (button) =>
        button.classList.contains('mantine-Button-root') &&
        ['filled', undefined].includes(button.dataset['variant']),
    )
    .map((button) => button.textContent ?? '')

test('with the last correction a file is no longer said to have lost too much, and is read again', async () => {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const again = vi.spyOn(queries, 'invalidateQueries')
  show({}, queries)
  await open()
  screen.getByText('2 of 4 rows are refused')
  cleanup()
  answers['/v1/files/f1/rejected-rows'] = {
    groups: [{ rule: 'not_a_number', column: 'amount', rows: 2, waiting: 0, values: [], readings: [] }],
    rows: [row(2, { correction: 'accepted' }), row(3, { correction: 'accepted' })],
    next_cursor: '',
  }
  queries.clear()
  show({}, queries)
  await screen.findByText('2 more by a correction', { exact: false })
  expect(screen.queryByText('2 of 4 rows are refused')).toBeNull()
  expect(screen.queryByText('many refused')).toBeNull()
  expect(again).toHaveBeenCalledWith({ queryKey: ['file', 'f1'] })
})

const open = () => screen.findByRole('button', { name: 'Open the waiting rows' })

test('while rows wait, to open them is the first and only primary button', async () => {
  show()
  await open()
  await screen.findByRole('button', { name: 'Start a run' })
  expect(primary()).toEqual(['Open the waiting rows'])
})

test('the button leads to the first value that can be corrected', async () => {
  show()
  const first = await screen.findByLabelText('Corrected Amount of row 2')
  await userEvent.click(await open())
  expect(document.activeElement).toBe(first)
})

test('once a correction is typed, to send it is the only primary button', async () => {
  show()
  await open()
  await userEvent.type(await screen.findByLabelText('Corrected Amount of row 2'), '7')
  expect(primary()).toEqual(['Send 1 corrected row'])
})

test('a refused correction says why, and can be typed again', async () => {
  const refused = { correction: 'refused', corrected_by: 'f2', correction_reason: 'is less than 0' } as const
  answers['/v1/files/f1/rejected-rows'] = {
    groups: [{ rule: 'not_a_number', column: 'amount', rows: 1, waiting: 1, values: [], readings: [] }],
    rows: [row(2, refused)],
    next_cursor: '',
  }
  show()
  await screen.findByText('is less than 0')
  expect(screen.getByLabelText('Corrected Amount of row 2')).toBeTruthy()
})

test('what was typed for a row that is refused again is in its boxes again', async () => {
  answers['/v1/files/f1/corrections'] = { file_id: 'f9', rows: 2 }
  show()
  await open()
  await userEvent.type(await screen.findByLabelText('Corrected Amount of row 2'), '-7')
  await userEvent.type(screen.getByLabelText('Corrected Amount of row 3'), '8')
  const outcome = (correction: 'refused' | 'accepted') => ({ correction, corrected_by: 'f9' }) as const
  answers['/v1/files/f1/rejected-rows'] = {
    groups: [{ rule: 'not_a_number', column: 'amount', rows: 2, waiting: 2, values: [], readings: [] }],
    rows: [row(2, outcome('refused')), row(3, outcome('accepted'))],
    next_cursor: '',
  }
  await userEvent.click(screen.getByRole('button', { name: 'Send 2 corrected rows' }))
  await screen.findByText('corrected and accepted')
  await waitFor(() =>
    expect(screen.getByLabelText<HTMLInputElement>('Corrected Amount of row 2').value).toBe('-7'),
  )
  expect(primary()).toEqual(['Send 1 corrected row'])
})

test('what became of sent rows is said where they were sent, with a way back', async () => {
  answers['/v1/files/f1/corrections'] = { file_id: 'f9', rows: 2 }
  answers['/v1/files/f9'] = { ...FILE, file_id: 'f9', accepted: 1, quarantined: 1, duplicates: 0 }
  answers['/v1/files/f9/revert'] = {
    file_id: 'f9',
    files: [],
    accepted: 1,
    may_revert: true,
    may_restore: false,
    reason: '',
  }
  show()
  await open()
  await userEvent.type(await screen.findByLabelText('Corrected Amount of row 2'), '-7')
  await userEvent.click(screen.getByRole('button', { name: 'Send 1 corrected row' }))
  const outcome = await screen.findByText('1 row is in, 1 was refused.')
  const foot = outcome.closest('.import-commit')
  expect(foot).not.toBeNull()
  expect(foot?.contains(await screen.findByRole('button', { name: 'Undo these corrections' }))).toBe(true)
})

test('a row that is ignored after something was typed for it is not offered for sending', async () => {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const group = { rule: 'not_a_number', column: 'amount', rows: 1, waiting: 1, values: [], readings: [] }
  const day = { ...group, rule: 'not_a_day', column: 'paid_at' }
  const rows = [row(2), row(3, { rule: day.rule, column: day.column })]
  const answer = { groups: [group, day], rows, next_cursor: '' }
  answers['/v1/files/f1/rejected-rows'] = answer
  show({}, queries)
  fireEvent.change(await screen.findByLabelText('Corrected Amount of row 2'), { target: { value: '1' } })
  fireEvent.change(screen.getByLabelText('Corrected Paid at of row 3'), { target: { value: '2' } })
  screen.getByRole('button', { name: 'Send 2 corrected rows' })
  const ignored = { rows: 1, note: '', by: 'op', at: '2026-11-30T10:00:00' }
  answers['/v1/files/f1/rejected-rows'] = { ...answer, groups: [group, { ...day, waiting: 0, ignored }] }
  await act(() => queries.invalidateQueries({ queryKey: ['rejected'] }))
  await screen.findByRole('button', { name: 'Send 1 corrected row' })
})

test('a file whose check failed says why, what is kept, and how to try again, without a command', async () => {
  const remedy = 'Fix the cause, then redrive the message: headgate dlq redrive'
  const error = { rule: 'job_failed', column: '', message: 'The worker ran out of memory', remedy }
  answers['/v1/files/f1/rejected-rows'] = { groups: [], rows: [], next_cursor: '' }
  show({ state: 'failed', error, received: 0, accepted: 0, quarantined: 0, duplicates: 0, acceptance: null })
  const reason = await screen.findByRole('region', { name: 'Reason' })
  expect(reason.textContent).toContain('The worker ran out of memory.')
  expect(reason.textContent).toContain('The file is kept as it was sent, and no row of it is in the lake.')
  expect(reason.textContent).not.toContain('headgate')
  expect(screen.getByRole('link', { name: 'Send the file again' }).getAttribute('href')).toBe('#/upload')
})

test('a file of which nothing can be read has a way to send another one', async () => {
  const error = { rule: 'not_a_table', column: '', message: 'A picture has no rows', remedy: 'send a table' }
  show({
    state: 'rejected',
    error,
    received: 0,
    accepted: 0,
    quarantined: 0,
    duplicates: 0,
    acceptance: null,
  })
  const link = await screen.findByRole('link', { name: 'Send another file' })
  expect(link.getAttribute('href')).toBe('#/upload')
})

test('yes or no is chosen', async () => {
  answers['/v1/contracts/source/payments'] = {
    ...(answers['/v1/contracts/source/payments'] ?? {}),
    column_list: [{ name: 'amount', type: 'boolean' }],
  }
  show()
  await userEvent.selectOptions(await screen.findByLabelText('Corrected Amount of row 2'), 'no')
  expect(primary()).toEqual(['Send 1 corrected row'])
})

test('yes or no has the words that the reason asks for, and stays the same value', async () => {
  answers['/v1/contracts/source/payments'] = {
    ...(answers['/v1/contracts/source/payments'] ?? {}),
    column_list: [{ name: 'amount', type: 'boolean' }],
  }
  const reason = 'Amount is neither yes nor no. Write ja or nein.'
  answers['/v1/files/f1/rejected-rows'] = {
    groups: [{ rule: 'not_a_number', column: 'amount', rows: 1, waiting: 1, values: [], readings: [] }],
    rows: [row(2, { reason })],
    next_cursor: '',
  }
  show()
  await userEvent.selectOptions(await screen.findByLabelText('Corrected Amount of row 2'), 'nein')
  expect((screen.getByRole('option', { name: 'nein' }) as HTMLOptionElement).value).toBe('false')
})

const REASONS = [
  { rule: 'not_a_number', column: 'amount', rows: 1, waiting: 1, values: [], readings: [] },
  { rule: 'minimum', column: 'fee', rows: 1, waiting: 1, values: [], readings: [] },
]

test('all waiting rows are one download for their sender, beside the rows of each reason', async () => {
  answers['/v1/files/f1/rejected-rows'] = {
    groups: REASONS,
    rows: [row(2), row(3, { rule: 'minimum', column: 'fee' })],
    next_cursor: '',
  }
  show()
  expect(await screen.findAllByRole('button', { name: /for their sender/ })).toHaveLength(1)
  expect(screen.getAllByRole('button', { name: 'Download only this row' })).toHaveLength(2)
})

test('all figures of a file with corrected and ignored rows agree', async () => {
  const note = { rows: 6, note: 'test', by: 'ana', at: '2026-11-30T04:00:00' }
  answers['/v1/files/f1/rejected-rows'] = {
    groups: [
      { ...REASONS[0], rows: 45, waiting: 1 },
      { ...REASONS[1], rows: 6, waiting: 0, ignored: note },
    ],
    rows: [row(2), row(3, { correction: 'accepted' })],
    next_cursor: '',
  }
  show({ received: 86, accepted: 35, quarantined: 51, duplicates: 0, corrected: 44, ignored: 6 })
  await screen.findByRole('button', { name: 'Download only this row' })
  screen.getByRole('heading', { name: '51 refused: 44 corrected, 1 waits, 6 ignored' })
  const alert = screen.getByRole('alert').textContent
  expect(alert).toMatch(/^Of 86 rows 51 refused: 44 corrected, 1 waits, 6 ignored/)
  expect(screen.queryByText('many refused')).toBeNull()
  for (const [name, rows] of [
    ['waiting', 1],
    ['ignored', 6],
  ] as const)
    expect(screen.getByTestId(`count-${name}`).textContent).toBe(String(rows))
})

test('ignored rows are folded below the others, and one click takes them back', async () => {
  const note = { note: 'test', by: 'ana', at: '2026-11-30T04:00:00' }
  answers['/v1/files/f1/rejected-rows'] = {
    groups: [
      { ...REASONS[0], rows: 4, waiting: 0, ignored: { ...note, rows: 4 } },
      { ...REASONS[1], rows: 1, waiting: 1 },
    ],
    rows: [row(2), row(3, { rule: 'minimum', column: 'fee' })],
    next_cursor: '',
  }
  show({ quarantined: 5, ignored: 4 })
  const fold = (await screen.findByText('4 ignored rows')).closest('details')
  expect(fold?.open).toBe(false)
  const back = screen.getByRole('button', { name: 'Take it back' })
  expect(fold?.contains(back)).toBe(true)
  expect(back.closest('details')).toBe(fold)
  expect(fold?.contains(screen.getByLabelText('Corrected Fee of row 3'))).toBe(false)
  answers['/v1/files/f1/ignored-rows'] = { rows: 0 }
  answers['/v1/files/f1/rejected-rows'] = { groups: REASONS, rows: [row(2)], next_cursor: '' }
  await userEvent.click(back)
  await screen.findByLabelText('Corrected Amount of row 2')
  expect(screen.queryByText('4 ignored rows')).toBeNull()
})

test('a replaced file asks for no value and has nothing for its sender', async () => {
  answers['/v1/files/f1/rejected-rows'] = {
    groups: REASONS,
    rows: [row(2), row(3, { rule: 'minimum', column: 'fee' })],
    next_cursor: '',
  }
  show({ closed_by: 'f2' })
  await screen.findByRole('button', { name: 'Download these rows' })
  expect(screen.queryByText(/write it below/)).toBeNull()
  expect(screen.queryByRole('button', { name: /sender|only/ })).toBeNull()
})

const AMOUNT = { name: 'amount', type: 'decimal(10,2)', required: false, primary_key: false }

test('a field that was typed in and cleared again sends nothing', async () => {
  show()
  const field = await screen.findByLabelText('Corrected Amount of row 2')
  await userEvent.type(field, '7')
  expect(primary()).toEqual(['Send 1 corrected row'])
  await userEvent.clear(field)
  expect(screen.queryByRole('button', { name: /^Send/ })).toBeNull()
})

test('of a word among numbers, leaving the cell empty comes first', async () => {
  answers['/v1/contracts/source/payments'] = { column_list: [AMOUNT] }
  show()
  const leave = await screen.findByRole('button', { name: 'Leave Amount of row 2 empty' })
  const box = screen.getByLabelText('Corrected Amount of row 2')
  expect(leave.compareDocumentPosition(box)).toBe(Node.DOCUMENT_POSITION_FOLLOWING)
})

test('a cell that may be empty is left empty by a button, which can be taken back', async () => {
  answers['/v1/contracts/source/payments'] = { column_list: [AMOUNT] }
  show()
  await userEvent.click(await screen.findByRole('button', { name: 'Leave Amount of row 2 empty' }))
  expect(primary()).toEqual(['Send 1 corrected row'])
  await userEvent.click(screen.getByRole('button', { name: 'Write Amount of row 2' }))
  expect(screen.queryByRole('button', { name: /^Send/ })).toBeNull()
})

test('a cell whose correction was refused can still be left empty, also with a value in its box', async () => {
  answers['/v1/contracts/source/payments'] = { column_list: [AMOUNT] }
  answers['/v1/files/f1/rejected-rows'] = {
    groups: REASONS,
    rows: [row(2, { correction: 'refused', corrected_by: 'f2', correction_reason: 'is less than 0' })],
    next_cursor: '',
  }
  show()
  await userEvent.type(await screen.findByLabelText('Corrected Amount of row 2'), '7')
  await userEvent.click(screen.getByRole('button', { name: 'Leave Amount of row 2 empty' }))
  screen.getByText('left empty')
})

test.each([{ required: true }, { primary_key: true }])(
  'a cell that is needed is not left empty',
  async (needs) => {
    answers['/v1/contracts/source/payments'] = { column_list: [{ ...AMOUNT, ...needs }] }
    show()
    await screen.findByLabelText('Corrected Amount of row 2')
    expect(screen.queryByRole('button', { name: /^Leave Amount/ })).toBeNull()
  },
)

test('all rows of a reason are left empty at once', async () => {
  answers['/v1/contracts/source/payments'] = { column_list: [AMOUNT] }
  show()
  await userEvent.selectOptions(await screen.findByLabelText('Value for all 2 rows'), 'leave empty')
  await userEvent.click(screen.getByRole('button', { name: 'Set all 2' }))
  screen.getByText(/^All 2 rows are left empty/)
  expect(primary()).toContain('Send 2 corrected rows')
})

test('a corrected cell says from what to what', async () => {
  const by = { correction: 'accepted', corrected_by: 'f9', corrected_as: 'you' } as const
  answers['/v1/files/f1/rejected-rows'] = {
    groups: [{ rule: 'not_a_number', column: 'amount', rows: 2, waiting: 0, values: [], readings: [] }],
    rows: [
      row(2, { ...by, corrected_cells: { amount: '7.5' } }),
      row(3, { ...by, corrected_cells: { amount: null } }),
    ],
    next_cursor: '',
  }
  show({ corrected: 2 })
  await screen.findByText('oops → 7.5 by you')
  screen.getByText('oops → empty by you')
})

test('where every row is corrected or none was refused, a run is what to do', async () => {
  answers['/v1/files/f1/rejected-rows'] = {
    groups: [{ rule: 'not_a_number', column: 'amount', rows: 2, waiting: 2, values: [], readings: [] }],
    rows: [row(2, { correction: 'accepted' }), row(3, { correction: 'accepted' })],
    next_cursor: '',
  }
  show()
  await screen.findByText('2 refused: 2 corrected, 1 row is a duplicate in the file')
  expect(primary()).toEqual(['Start a run'])
})

const correctedBy = (id: string) => row(2, { correction: 'accepted', corrected_by: id })

test('a file of which every row was refused says that its corrected rows wait for a run', async () => {
  answers['/v1/files/f1/rejected-rows'] = { groups: [], rows: [correctedBy('f9')], next_cursor: '' }
  answers['/v1/files/f9'] = { ...FILE, file_id: 'f9' }
  show({ accepted: 0, received: 2, quarantined: 2, duplicates: 0 })
  await screen.findByText(/^The next run brings its corrected row into the tables\./)
})

test('corrected rows that were not all read are counted as the least number', async () => {
  answers['/v1/files/f1/rejected-rows'] = { groups: [], rows: [correctedBy('f9')], next_cursor: 'more' }
  answers['/v1/files/f9'] = { ...FILE, file_id: 'f9' }
  show({ in_snapshot: 's1' })
  await screen.findByText(/^The next run brings at least 1 corrected row of it into the tables\./)
})

test('once the run has succeeded, nothing says that corrected rows wait', async () => {
  answers['/v1/files/f1/rejected-rows'] = { groups: [], rows: [correctedBy('f9')], next_cursor: '' }
  answers['/v1/files/f9'] = { ...FILE, file_id: 'f9' }
  answers['/v1/runs'] = { name: 'r1' }
  answers['/v1/runs/r1'] = {
    name: 'r1',
    state: 'succeeded',
    datasets_not_merged: {},
    failed_stages: {},
    implausible_tables: {},
  }
  show({ in_snapshot: 's1' })
  const start = await screen.findByRole('button', { name: 'Start a run' })
  answers['/v1/files/f9'] = { ...FILE, file_id: 'f9', in_snapshot: 's2' }
  await userEvent.click(start)
  await waitFor(() => expect(screen.queryByText(/corrected row/)).toBeNull())
  screen.getByText('The tables have its rows.')
})

test('a file without a row in the lake has no panel of zeros above its grid', async () => {
  show({ state: 'needs_mapping', received: 0, accepted: 0, quarantined: 0, duplicates: 0, acceptance: null })
  await screen.findByText(/How the file was checked/)
  expect(screen.queryByTestId('count-received')).toBeNull()
})

test('a file that was checked folds away what the check cost', async () => {
  show()
  const cost = await screen.findByText(/MB of memory/)
  expect(cost.closest('details')?.open).toBe(false)
})

test('a file that is being checked shows its stages and no cost', async () => {
  show({ state: 'processing' })
  const stages = await screen.findByRole('list', { name: 'Stages' })
  await waitFor(() => expect(stages.closest('details')).toBeNull())
  expect(screen.queryByText(/MB of memory/)).toBeNull()
})

test('an undone file says once that it is undone, and names the way back', async () => {
  const error = {
    column: '',
    rule: 'reverted',
    message:
      'the file was reverted: no table has a row of it after the next run. Before the undo it had 4 rows: 1 accepted, 2 refused, 1 duplicate',
    remedy: '`headgate quarantine replay f1` accepts it again, while its original or masked form is in raw',
    file: FILE.key,
  }
  show({ state: 'reverted', received: 0, accepted: 0, quarantined: 0, duplicates: 0, error })
  const rows = await screen.findByRole('region', { name: 'Rows' })
  expect(rows.textContent).toContain('The upload was undone')
  expect(rows.textContent).toContain(
    'Its sender or an operator can take the undo back here, as long as the lake keeps what was sent.',
  )
  expect(screen.queryByRole('region', { name: 'Reason' })).toBeNull()
  expect(screen.queryByTestId('counts')).toBeNull()
})

test('an undone file needs a run only where a table has its rows', async () => {
  const undone = { state: 'reverted', received: 0, accepted: 0, quarantined: 0, duplicates: 0 } as const
  const before_undo = { received: 4, accepted: 1, quarantined: 2, duplicates: 1 }
  show({ ...undone, before_undo })
  await screen.findByText('No table has its rows.')
  expect(screen.queryByRole('button', { name: 'Start a run' })).toBeNull()
  cleanup()
  show({ ...undone, before_undo, in_snapshot: 's1' })
  await screen.findByText('The next run takes its rows out of the tables.')
})

test('an undo counts the rows of corrections that were accepted since the page was opened', async () => {
  const part = { key: FILE.key, state: 'done', quarantined: 3, duplicates: 1, is_correction: false }
  const preview = {
    file_id: 'f1',
    files: [{ ...part, file_id: 'f1', accepted: 1 }],
    accepted: 1,
    quarantined: 3,
    may_revert: true,
    may_restore: false,
    reason: '',
  }
  answers['/v1/files/f1/revert'] = preview
  show()
  const undo = await screen.findByRole('button', { name: 'Undo this upload' })
  const correction = {
    ...part,
    file_id: 'f2',
    accepted: 2,
    quarantined: 0,
    duplicates: 0,
    is_correction: true,
  }
  answers['/v1/files/f1/revert'] = { ...preview, files: [...preview.files, correction], accepted: 3 }
  await userEvent.click(undo)
  await screen.findByText(
    /3 accepted rows of this file and of its correction leave the lake; no table has them yet/,
  )
})

test('a row of another width is sent once one of its cells is typed, and can be taken out again', async () => {
  answers['/v1/files/f1/rejected-rows'] = {
    groups: [{ rule: 'ragged_row', column: '', rows: 1, waiting: 1, values: [], readings: [] }],
    rows: [
      row(5, {
        rule: 'ragged_row',
        column: '',
        record: { _raw: 'Z-##;PayPal' },
        cells: { method: 'PayPal' },
        hidden_cells: { payment_id: 'Z-##' },
      }),
    ],
    next_cursor: '',
  }
  answers['/v1/contracts/source/payments'] = {
    column_list: [
      { name: 'payment_id', type: 'string' },
      { name: 'method', type: 'string' },
    ],
  }
  show()
  await userEvent.click(await screen.findByRole('button', { name: 'Write the cells of row 5' }))
  expect(screen.getByLabelText<HTMLInputElement>('Method of row 5').value).toBe('PayPal')
  expect(screen.queryByRole('button', { name: /^Send/ })).toBeNull()
  const id = screen.getByLabelText<HTMLInputElement>('Payment id of row 5')
  expect(id.placeholder).toBe('Z-##')
  await userEvent.type(id, 'Z-12')
  await screen.findByRole('button', { name: 'Send 1 corrected row' })
  await userEvent.click(screen.getByRole('button', { name: 'Do not send row 5' }))
  expect(screen.queryByRole('button', { name: /^Send/ })).toBeNull()
})

test('refused corrected rows lead to the file that has them, not to a grid of their own', async () => {
  show({
    key: 'payments/corrections/abcd-efgh.csv',
    state: 'rejected',
    received: 0,
    accepted: 0,
    quarantined: 0,
    duplicates: 0,
    acceptance: null,
  })
  const link = await screen.findByRole('link', { name: 'Correct them again in that file' })
  expect(link.getAttribute('href')).toBe('#/files/abcd')
  expect(screen.queryByText('Rows of the file')).toBeNull()
})

test('a run that began after the rows were accepted brings them, and no other one is offered', async () => {
  const run = { name: 'r7', state: 'running', started_at: '2099-01-01T00:00:00', seconds: null }
  answers['/v1/runs'] = { runs: [run] }
  answers['/v1/runs/r7'] = run
  show()
  await screen.findByText(/^The run that brings its rows into the tables: running\./)
  expect(screen.queryByRole('button', { name: 'Start a run' })).toBeNull()
})

test('a run that a file waits for is followed to its end, and nobody is asked to start another one', async () => {
  const run = { name: 'r7', state: 'running', started_at: '2026-11-24T04:00:00', failed_stages: {} }
  const about = { ...run, has_problems: false, datasets_not_merged: {}, implausible_tables: {}, stages: [] }
  answers['/v1/runs'] = { runs: [about] }
  answers['/v1/runs/r7'] = about
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const read = vi.spyOn(queries, 'invalidateQueries')
  show({ quarantined: 0, acceptance: 'ok' }, queries)
  await screen.findByText(/The run that brings its rows into the tables: running/)
  const ended = { ...about, state: 'succeeded' }
  answers['/v1/runs'] = { runs: [ended] }
  answers['/v1/runs/r7'] = ended
  await queries.refetchQueries({ queryKey: ['runs'] })
  await queries.refetchQueries({ queryKey: ['run', 'r7'] })
  await screen.findByText(/The run that brings its rows into the tables: succeeded/)
  expect(screen.queryByRole('button', { name: 'Start a run' })).toBeNull()
  expect(read).toHaveBeenCalledWith({ queryKey: ['file'] })
})

test('a file whose dataset the newest run did not merge names the reason and promises nothing of the next run', async () => {
  answers['/v1/runs'] = {
    runs: [
      {
        name: 'r1',
        state: 'succeeded',
        started_at: '2026-11-24T04:00:00',
        has_problems: true,
        datasets_not_merged: { payments: 'payments: two files have other units' },
        failed_stages: {},
        implausible_tables: {},
      },
    ],
  }
  show({ accepted: 4, quarantined: 0 })
  expect(await screen.findByText('The run did not merge Payments')).toBeTruthy()
  expect(screen.getByText('payments: two files have other units')).toBeTruthy()
  expect(screen.queryByText(/The next run brings/)).toBeNull()
  expect(screen.queryByRole('button', { name: 'Start a run' })).toBeNull()
})
