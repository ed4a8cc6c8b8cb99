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
