// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { TakenSteps } from './column-doubts'
import { madeColumns, NO_EDITS, withProposed } from './edits'
import { afterSteps } from './steps'
import { MissingFields } from './missing-fields'
import { Suggestions } from './suggestions'
import { showCommitLine } from './test-commit-line'

afterEach(cleanup)

const step = (kind: 'join' | 'country' | 'repeated_hour', column: string, text: string, into: string[]) => ({
  kind,
  column,
  text,
  into,
  search: '',
  values: {},
})
const KEY = {
  field: 'line_id',
  step: step('join', 'line_id', '-', ['orderId', 'position']),
}
const LAND = {
  field: 'region_id',
  step: step('country', 'Land', 'alpha-2', []),
}
const field = (name: string, isKey: boolean) => ({
  name,
  title: name,
  type: 'string',
  required: true,
  may_be_empty: false,
  is_key: isKey,
  records_past: false,
  unit: '',
  allowed: [],
  time_zone: '',
  declared_format: {},
  may_be_kept: false,
})
const RESULT = {
  outcome: 'done',
  acceptance: 'ok',
  accepted: 57,
  quarantined: 0,
  duplicates: 0,
  duplicate_of: '',
  edited_copy: '',
  same_name: '',
  state: 'checked',
  grid: { columns: ['orderId', 'position', 'Land'], formats: {}, to_come: {} },
  mapping: {
    dataset: 'lines',
    fields: [field('line_id', true), field('region_id', false)],
    columns: [],
  },
  proposed_steps: [KEY, LAND],
} as unknown as Schemas['DryRun']
const EDITS = { ...NO_EDITS, dataset: 'lines' }
const COLUMNS = ['orderId', 'position', 'Land']

test('the proposed steps are taken with one click, and each can be undone', () => {
  const onChange = vi.fn()
  render(
    <MantineProvider>
      <Suggestions result={RESULT} edits={EDITS} onChange={onChange} />
    </MantineProvider>,
  )
  screen.getByText(
    'line_id joined from orderId and position, because no column has it · countries in Land as codes, such as DE',
  )
  fireEvent.click(screen.getByRole('button', { name: 'Use the 2 suggestions' }))
  const taken = onChange.mock.calls[0]?.[0] as typeof EDITS
  expect(taken).toEqual({
    ...EDITS,
    columns: { line_id: 'line_id' },
    steps: [KEY.step, LAND.step],
  })
  cleanup()
  render(
    <MantineProvider>
      <Suggestions result={RESULT} edits={taken} onChange={onChange} />
      <TakenSteps result={RESULT} edits={taken} onChange={onChange} />
    </MantineProvider>,
  )
  expect(screen.queryByRole('button', { name: /^Use/ })).toBeNull()
  fireEvent.click(
    screen.getByRole('button', {
      name: 'Undo: line_id joined from orderId and position, because no column has it',
    }),
  )
  expect(onChange).toHaveBeenLastCalledWith({ ...EDITS, steps: [LAND.step] })
})

test('the cells of a key that is made show the values that it is made of', () => {
  const taken = withProposed(EDITS, KEY, COLUMNS)
  expect(madeColumns(taken, COLUMNS)).toEqual(['line_id'])
  const texts: Record<string, string | null> = {
    orderId: 'W-1',
    position: '2',
  }
  expect(afterSteps(taken.steps, texts)['line_id']).toBe('W-1-2')
  expect(afterSteps(taken.steps, {})['line_id']).toBeNull()
})

test('no one value is offered for a key, which tells rows apart', () => {
  render(
    <MantineProvider>
      <MissingFields fields={[field('line_id', true)]} result={RESULT} edits={EDITS} onChange={vi.fn()} />
    </MantineProvider>,
  )
  screen.getByText('Choose the column below.')
  expect(screen.queryByRole('button')).toBeNull()
})

test('a file that the lake has promises no rows: the line says since when and where it is', () => {
  const repeat = {
    ...RESULT,
    duplicate_of: 'f1',
    duplicate_key: 'lines/mueller.csv',
    duplicate_since: '2026-11-20T08:30:00',
  }
  showCommitLine(repeat, EDITS)
  expect(screen.getByRole('alert').textContent).toMatch(
    /^The same content is in the lake since 20 Nov.* as lines\/mueller\.csv\. Sending it again accepts nothing new\.$/,
  )
  expect(screen.queryByRole('button', { name: /Commit/ })).toBeNull()
  expect(screen.getByRole('link', { name: 'Open that file' }).getAttribute('href')).toBe('#/files/f1')
})

test('the hour that the end of summer time repeats is decided by the order of the rows in one click', () => {
  const proposed = { field: 'region_id', step: step('repeated_hour', 'Land', '', []) }
  const result = { ...RESULT, proposed_steps: [proposed] } as unknown as Schemas['DryRun']
  const onChange = vi.fn()
  const edits = { ...NO_EDITS, dataset: 'lines', columns: { Land: 'region_id' } }
  render(
    <MantineProvider>
      <Suggestions result={result} edits={edits} onChange={onChange} />
      <TakenSteps result={result} edits={{ ...edits, steps: [proposed.step] }} onChange={onChange} />
    </MantineProvider>,
  )
  expect(screen.getByText(/^the hour in Land .* first summer time, then standard time$/)).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Use the suggestion' }))
  expect(onChange).toHaveBeenCalledWith({ ...edits, steps: [proposed.step] })
  fireEvent.click(screen.getByRole('button', { name: /^Undo: the hour in Land/ }))
  expect(onChange).toHaveBeenLastCalledWith(edits)
})
