// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { NO_EDITS } from './edits'
import { showCommitLine } from './test-commit-line'

afterEach(cleanup)

const RESULT = {
  state: 'checked',
  outcome: 'done',
  acceptance: 'accepted',
  accepted: 60,
  quarantined: 0,
  duplicates: 0,
  duplicate_of: '',
  edited_copy: '',
  same_name: '',
  grid: { columns: ['Status'], rows: 60, formats: {}, to_come: {}, flawed_cells: {} },
  warned: [
    { rule: 'valid_values', column: 'status', rows: 22 },
    { rule: 'absent_or_left_out', column: 'remark', rows: 60 },
  ],
} as unknown as Schemas['DryRun']

test('the button names the warnings of the rows that come in, and no column that the file lacks', () => {
  showCommitLine(RESULT, { ...NO_EDITS, dataset: 'invoices' })
  expect(screen.getByRole('button').textContent).toBe('Commit: 60 in; 22 warnings')
})

test('the button says that a file with some of the columns empties the others in rows of the lake', () => {
  const replaces = { replaced: 40, older: 0, equal: 0, not_compared: 0, examples: [], files: [] }
  const shown = (emptied: Record<string, number>, replaced = 40) => {
    const result = { ...RESULT, warned: [], replaces: { ...replaces, replaced, emptied } }
    showCommitLine(result as unknown as Schemas['DryRun'], { ...NO_EDITS, dataset: 'invoices' })
    const text = screen.getByRole('button').textContent
    cleanup()
    return text
  }
  expect(shown({ stock: 38 })).toBe('Commit: 60 in (40 replace rows); empties stock in 38 rows')
  expect(shown({ stock: 38, price: 40 })).toBe(
    'Commit: 60 in (40 replace rows); empties 2 columns in up to 40 rows',
  )
  expect(shown({ stock: 38 }, 0)).toBe('Commit: 60 in')
})
