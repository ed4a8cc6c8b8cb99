import { MantineProvider } from '@mantine/core'
import { render } from '@testing-library/react'
import { vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { CommitLine } from './commit-line'
import type { Edits } from './edits'

/** Shows the button of a commit for tests, below the answer to a check. */
export function showCommitLine(
  result: Schemas['DryRun'],
  edits: Edits,
  onChange = vi.fn(),
  onShowErrors = vi.fn(),
  orders: string[] = [],
) {
  const work = { check: { result, etag: '' }, edits, isCurrent: true, checkedAt: Date.now() }
  render(
    <MantineProvider>
      <CommitLine
        work={work as unknown as Parameters<typeof CommitLine>[0]['work']}
        missing={[]}
        orders={orders}
        leftOut={[]}
        currencies={[]}
        onCommit={vi.fn()}
        onShowErrors={onShowErrors}
        onChange={onChange}
      />
    </MantineProvider>,
  )
}
