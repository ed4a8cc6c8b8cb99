// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { AcceptanceAlert } from './acceptance'
import { ReplacedBy } from './replaced-by'

afterEach(cleanup)

const FILE = { acceptance: 'many_refused', received: 20, accepted: 5, quarantined: 15 } as const

function show(closedBy: string, quarantined: number = FILE.quarantined): void {
  const file = { ...FILE, quarantined, closed_by: closedBy }
  render(
    <MantineProvider>
      <ReplacedBy file={file} />
      <AcceptanceAlert of={file} wasCommitted />
    </MantineProvider>,
  )
}

test('a file leads to its later version, and says what becomes of the rows that this lacks', () => {
  show('f2')
  const link = screen.getByRole('link', { name: 'A later version of the file' })
  expect(link.getAttribute('href')).toBe('#/files/f2')
  expect(link.parentElement?.textContent).toBe(
    'A later version of the file came. Its rows win over these where they have the same key; accepted rows that it lacks stay in the table. ' +
      'Refused rows wait no longer here: those that it has wait with it if they are still wrong, and those that it lacks wait nowhere, so send them again.',
  )
  expect(screen.queryByRole('alert')).toBeNull()
})

test('a file without refused rows leads to the later version, too', () => {
  show('f2', 0)
  expect(screen.getByRole('link').parentElement?.textContent).toBe(
    'A later version of the file came. Its rows win over these where they have the same key; accepted rows that it lacks stay in the table.',
  )
})

test('a file that nothing replaces says that too many rows are refused', () => {
  show('')
  screen.getByRole('alert')
  expect(screen.queryByRole('link')).toBeNull()
})
