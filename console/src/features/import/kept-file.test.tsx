// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { CommitLine } from './commit-line'
import type { Edits } from './edits'

afterEach(cleanup)

function show(wasKept: boolean, dataset: string) {
  const result = {
    outcome: 'profiled',
    accepted: 0,
    duplicates: 0,
    quarantined: 0,
    duplicate_of: '',
    edited_copy: '',
    same_name: '',
    acceptance: null,
  }
  const edits = { dataset, columns: {}, formats: {}, steps: [], currencies: {} } as unknown as Edits
  const work = { check: { result, etag: '' }, edits, isCurrent: true, checkedAt: Date.now() }
  render(
    <MantineProvider>
      <CommitLine
        work={work as unknown as Parameters<typeof CommitLine>[0]['work']}
        wasKept={wasKept}
        missing={[]}
        orders={[]}
        leftOut={[]}
        currencies={[]}
        onCommit={vi.fn()}
        onShowErrors={vi.fn()}
        onChange={vi.fn()}
      />
    </MantineProvider>,
  )
}

test('a file of no dataset can be kept once', () => {
  show(false, '')
  expect(screen.getByRole('button').textContent).toBe('Keep the file and its profile, load no row')
})

test('a file that is kept is not kept again', () => {
  show(true, '')
  expect(screen.queryByRole('button')).toBeNull()
  expect(screen.getByText('The file and its profile are kept. No row of it is loaded.')).toBeTruthy()
})
